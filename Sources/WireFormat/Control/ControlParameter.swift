// SPDX-License-Identifier: BSD-3-Clause

/// A parameter that can be set while a run goes on, as the request `parameters` lists it.
public struct ControlParameter: Sendable, Hashable, Codable {
  /// The full key, "ptychography.beta".
  public var key: String
  /// What may be set: `number`, `integer` or `flag`.
  public var kind: String
  /// The value now; nil where it is left to the data.
  public var value: Value?
  /// The least value; nil for a flag.
  public var minimum: Double?
  /// The greatest value; nil for a flag.
  public var maximum: Double?
  /// What `null` means; nil where it cannot be set.
  public var absent: String?
  /// The unit; nil where it has none.
  public var unit: String?
  /// What it does, in words.
  public var meaning: String
  /// What a new value is used for first, in words.
  public var effect: String

  /// A number or truth value.
  public enum Value: Sendable, Hashable, Codable, CustomStringConvertible {
    /// A number.
    case number(Double)
    /// `true` or `false`.
    case flag(Bool)

    /// The value as it would stand in a configuration.
    public var description: String {
      switch self {
      case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
      case .flag(let flag): "\(flag)"
      }
    }

    /// Reads one.
    ///
    /// - Throws: `DecodingError` where it is neither.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        self = .flag(flag)
      } else {
        self = .number(try container.decode(Double.self))
      }
    }

    /// Writes it.
    ///
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let number): try container.encode(number)
      case .flag(let flag): try container.encode(flag)
      }
    }
  }

  /// Makes an entry of the list.
  public init(
    key: String,
    kind: String,
    value: Value?,
    minimum: Double? = nil,
    maximum: Double? = nil,
    absent: String? = nil,
    unit: String? = nil,
    meaning: String,
    effect: String
  ) {
    self.key = key
    self.kind = kind
    self.value = value
    self.minimum = minimum
    self.maximum = maximum
    self.absent = absent
    self.unit = unit
    self.meaning = meaning
    self.effect = effect
  }
}
