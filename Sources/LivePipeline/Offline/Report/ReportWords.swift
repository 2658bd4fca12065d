// SPDX-License-Identifier: BSD-3-Clause

/// Numbers as a report writes them.
enum ReportWords {
  /// A number with so many decimals and a true minus sign.
  static func number(_ value: Double, _ decimals: Int = 1) -> String {
    let text = Words.number(value, decimals)
    guard text.hasPrefix("-") else { return text }
    // No −0.0 beside a zero.
    let isZero = text.allSatisfy { "-0.".contains($0) }
    return (isZero ? "" : "−") + text.dropFirst()
  }

  /// "−39.0", "+12.5".
  static func signed(_ value: Double, _ decimals: Int = 1) -> String {
    let text = number(value, decimals)
    return text.hasPrefix("−") ? text : "+\(text)"
  }
}
