// SPDX-License-Identifier: BSD-3-Clause

/// A value as it stands in a configuration.
public enum ConfigurationValue: Hashable, Sendable, CustomStringConvertible {
  /// Nothing, `null`.
  case none
  /// A number.
  case number(Double)
  /// A whole number.
  case integer(Int)
  /// `true` or `false`.
  case flag(Bool)
  /// Text.
  case text(String)
  /// A list.
  case list([ConfigurationValue])

  /// The value as YAML has it.
  public var description: String {
    switch self {
    case .none: "null"
    case .number(let number): Self.shortest(number)
    case .integer(let integer): "\(integer)"
    case .flag(let flag): "\(flag)"
    case .text(let text): Self.quoted(text)
    case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
    }
  }

  /// A number without needless zeros: 6.7e-9, 0.75, 120.
  static func shortest(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 1e9 { return "\(Int(number))" }
    return "\(number)".replacing("e-0", with: "e-").replacing("e+0", with: "e")
      .replacing("e+", with: "e")
  }

  /// Text in quotation marks where YAML could read it as something else.
  private static func quoted(_ text: String) -> String {
    let plain = text.allSatisfy { $0.isLetter || $0.isNumber || "_-./".contains($0) }
    let mistaken = ["true", "false", "null", "yes", "no", "on", "off", "~", ""]
    let isPlain = plain && !mistaken.contains(text.lowercased()) && Double(text) == nil
    return isPlain
      ? text : "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  var number: Double? {
    switch self {
    case .number(let number): number
    case .integer(let integer): Double(integer)
    default: nil
    }
  }

  var integer: Int? { if case .integer(let integer) = self { integer } else { nil } }
  var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }
  var text: String? { if case .text(let text) = self { text } else { nil } }
  var list: [ConfigurationValue]? { if case .list(let list) = self { list } else { nil } }
}
