// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// Numbers and lists as reports, events and descriptions write them.
enum Words {
  /// A number with so many decimals.
  static func number(_ value: Double, _ decimals: Int = 1) -> String {
    value.isFinite ? String(format: "%.\(decimals)f", value) : "unknown"
  }

  /// A number with so many significant digits, for errors.
  static func short(_ value: Double) -> String {
    value.isFinite ? String(format: "%.4g", value) : "unknown"
  }

  /// "1 scan", "3 scans".
  static func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// The first of a list, and how many more there are.
  static func list(_ items: [String], limit: Int = 12) -> String {
    let more = items.count > limit ? " and \(items.count - limit) more" : ""
    return items.prefix(limit).joined(separator: ", ") + more
  }

  /// "-12.5", to a hundredth of a degree at most.
  static func angle(_ degrees: Double) -> String { "\((degrees * 100).rounded() / 100)" }

  /// "tilt 3 is", "tilts 3, 5 are".
  static func tilts(_ places: [Int]) -> String {
    places.count == 1
      ? "tilt \(places[0]) is" : "tilts \(places.map { "\($0)" }.joined(separator: ", ")) are"
  }

  /// A stranger's text made fit to be shown: short, printable, in quotation marks.
  static func quoted(_ text: String) -> String {
    let shown = text.prefix(40).map { $0.isASCII && !$0.isWhitespace && $0 > " " ? $0 : " " }
    return "'\(String(shown))\(text.count > 40 ? "..." : "")'"
  }

  /// "label:      text", labels in one column.
  static func line(_ label: String, _ text: String) -> String {
    "  \(label):".padding(toLength: 16, withPad: " ", startingAt: 0) + text
  }
}
