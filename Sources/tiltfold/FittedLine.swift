// SPDX-License-Identifier: BSD-3-Clause

/// Puts fields into a line as far as they fit, the important ones first.
package enum FittedLine {
  /// The line.
  ///
  /// - Parameters:
  ///   - fields: The fields, the most important first; empty ones are passed over.
  ///   - columns: The width.
  ///   - separator: What stands between two fields.
  /// - Returns: As many whole fields as there is room for; of the first as much as fits.
  package static func text(
    _ fields: [String],
    columns: Int,
    separator: String = " | "
  ) -> String {
    var line = ""
    for field in fields.lazy.map(plain) where !field.isEmpty {
      let longer = line.isEmpty ? field : line + separator + field
      if longer.count > columns, !line.isEmpty { continue }
      line = longer
    }
    return String(line.prefix(max(0, columns)))
  }

  /// A text in which every character takes one column and none moves the cursor: words may have come
  /// from another machine.
  package static func plain(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x20...0x7E, 0xA1...0xAC, 0xAE...0x2FF, 0x370...0x3FF, 0x2010...0x2027,
        0x2030...0x205E, 0x2070...0x20CF, 0x2100...0x22FF:
        result.append(scalar)
      case 0x09, 0x0A, 0x0D, 0xA0, 0x2028, 0x2029: result.append(" ")
      default: result.append("?")
      }
    }
    return String(result)
  }
}
