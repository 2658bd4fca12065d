// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// How the frame server's raw words are counted (Docs/Explanations/FastCCD.md).
enum RawFastCCD {
  /// Channels that are read at once.
  static let channels = 192
  /// Columns of a tile, overscan included, read one after the other.
  static let tileColumns = 12
  /// Columns of the assembled raw picture: half of the channels stand beside one another.
  static let columns = channels / 2 * tileColumns

  /// The extent of the assembled raw picture of so many words; nil where they make none.
  static func shape(words: Int) -> Shape2D? {
    let rows = words / columns
    guard rows > 0, rows.isMultiple(of: 2), words == rows * columns, WireLimits.side ~= rows else {
      return nil
    }
    return Shape2D(rows: rows, columns: columns)
  }
}
