// SPDX-License-Identifier: BSD-3-Clause

/// What the sender of a control request calls it, a whole number or a text; its answer has the same.
public enum ControlIdentifier: Sendable, Hashable, Codable {
  /// A whole number.
  case number(Int)
  /// A text of at most 256 bytes.
  case text(String)

  /// Reads one.
  ///
  /// - Throws: `DecodingError` where it is neither, or the text is too long.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int.self) {
      self = .number(number)
      return
    }
    let text = try container.decode(String.self)
    guard text.utf8.count <= 256 else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "is too long")
    }
    self = .text(text)
  }

  /// Writes it.
  ///
  /// - Throws: What the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    }
  }
}
