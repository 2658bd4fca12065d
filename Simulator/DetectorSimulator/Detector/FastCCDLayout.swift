// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// Where the pixels of the 960 x 960 picture sit in a raw 1040 x 1152 FastCCD frame.
///
/// The raw frame has two halves of 520 rows, read out towards their outer edges; in each, 96
/// super-columns of 12 hold 10 columns of pixels between an overscan column on either side. Rows
/// 6...485 and 554...1033 see light. In the super-column 59 of the upper half all twelve columns
/// are moved on by one. A super-column is what one channel reads, word after word along each row.
public enum FastCCDLayout {
  /// The raw frame, [rows, columns].
  public static let rawShape = Shape2D(rows: 1040, columns: 1152)
  /// Pixels along each side of the picture as seen looking downstream.
  public static let side = 960
  /// Columns of a super-column, overscan included.
  public static let superColumn = 12
  /// Super-columns, and channels, of each half.
  public static let channelsPerHalf = 96
  /// The super-column of the upper half whose columns are moved on by one.
  public static let movedSuperColumn = 59

  /// The raw row that carries picture column `column`.
  @inline(always)
  static func rawRow(column: Int) -> Int {
    let a = side - 1 - column
    return a < 480 ? 6 + a : 554 + (a - 480)
  }

  /// Where picture pixel [row, column] stands in the raw frame's words.
  public static func rawIndex(row: Int, column: Int) -> Int {
    let b = side - 1 - row
    let rawRow = rawRow(column: column)
    let tile = b / 10
    var place = 1 + b % 10
    if tile == movedSuperColumn, rawRow < rawShape.rows / 2 { place = (place + 1) % superColumn }
    return rawRow * rawShape.columns + superColumn * tile + place
  }

  /// The word that a channel reads after the one at `place` of the raw frame; nil after its last.
  ///
  /// The upper half is read from row 0 on, columns upwards; the lower half is the upper one turned
  /// by 180 degrees.
  static func nextInChannel(_ place: Int) -> Int? {
    let row = place / rawShape.columns
    let column = place % rawShape.columns
    if row < rawShape.rows / 2 {
      if column % superColumn < superColumn - 1 { return place + 1 }
      return row + 1 < rawShape.rows / 2 ? place + rawShape.columns - (superColumn - 1) : nil
    }
    if column % superColumn > 0 { return place - 1 }
    return row - 1 >= rawShape.rows / 2 ? place - rawShape.columns + (superColumn - 1) : nil
  }

  /// Where every picture pixel stands in the raw frame's words, [row, column].
  static let rawIndices: [Int32] = (0..<side * side).map {
    Int32(rawIndex(row: $0 / side, column: $0 % side))
  }
}
