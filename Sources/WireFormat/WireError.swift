// SPDX-License-Identifier: BSD-3-Clause

/// A message that cannot be read: what is wrong, where, and what would have been right.
public struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, in words.
  public var problem: String
  /// The message part it was found in, counted from 0 (the topic), where it is one.
  public var part: Int?
  /// The key it was found at, where it is one.
  public var key: String?
  /// What would have been right, where that can be said.
  public var expected: String?

  /// Makes an error.
  public init(_ problem: String, part: Int? = nil, key: String? = nil, expected: String? = nil) {
    self.problem = problem
    self.part = part
    self.key = key
    self.expected = expected
  }

  /// "shape_y in part 1: is -3; expected 1 to 16384".
  public var description: String {
    let place: String? =
      switch (key, part) {
      case (let key?, let part?): "\(key) in part \(part)"
      case (let key?, nil): key
      case (nil, let part?): "part \(part)"
      case (nil, nil): nil
      }
    return (place.map { "\($0): " } ?? "") + problem + (expected.map { "; expected \($0)" } ?? "")
  }
}

/// A stranger's text made fit to be shown: short, printable, in quotation marks.
func quoted(_ text: String) -> String {
  let printable = text.unicodeScalars.prefix(40).map { scalar in
    scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
      ? " " : String(Character(scalar))
  }
  return "'\(printable.joined())\(text.unicodeScalars.count > 40 ? "…" : "")'"
}
