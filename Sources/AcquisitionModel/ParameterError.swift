// SPDX-License-Identifier: BSD-3-Clause

/// A parameter that a stage cannot work with.
///
/// Every stage's parameters have `validate()`, which throws one of these; the configuration adds
/// the file and the line.
public struct ParameterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The parameter's key, as it stands in a configuration.
  public var key: String
  /// The value that was given, in words.
  public var value: String
  /// What would have been right.
  public var expected: String

  /// Makes an error for one key.
  public init(key: String, value: String, expected: String) {
    self.key = key
    self.value = value
    self.expected = expected
  }

  /// "key: value; expected …".
  public var description: String { "\(key) is \(value); expected \(expected)" }

  /// Throws unless `value` lies in `range`.
  public static func require<Value: Comparable & Sendable>(
    _ value: Value,
    in range: ClosedRange<Value>,
    key: String
  ) throws(ParameterError) {
    guard range.contains(value) else {
      throw ParameterError(
        key: key,
        value: "\(value)",
        expected: "\(range.lowerBound) to \(range.upperBound)"
      )
    }
  }
}
