// SPDX-License-Identifier: BSD-3-Clause

/// Text of a page.
enum HTMLText {
  /// Text in which nothing is taken for a tag, an entity or the end of an attribute.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      // Control characters have no place in HTML.
      case "\u{0}"..."\u{8}", "\u{B}"..."\u{1F}", "\u{7F}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// Text as the value of an attribute, with the quotation marks.
  static func attribute(_ text: String) -> String { "\"\(escaped(text))\"" }
}
