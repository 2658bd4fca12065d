// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Where the pixels of a FastCCD stand in the words of a raw frame.
///
/// A raw frame has two halves that are read out towards their outer edges, the lower one being
/// the upper one turned by 180°. Each row of a half has 96 tiles (super-columns) of 12 words: ten
/// pixels and two overscan words, which belong to one readout channel. The picture has 960 x 960
/// pixels as seen looking downstream:
///
///     picture[i][j] = raw[row(a)][12 · (b / 10) + 1 + b % 10],  a = 959 − j,  b = 959 − i
///
/// with row(a) = 6 + a in the upper half (a < 480) and 554 + (a − 480) in the lower one of a
/// frame of 1040 rows (Docs/Explanations/FastCCD.md).
public struct FastCCDGeometry: Sendable, Hashable {
  /// Words in a raw row.
  public static let rawColumns = 1152
  /// Words of one tile in one row.
  public static let tileWidth = 12
  /// Pixels of one tile in one row.
  public static let tilePixels = 10
  /// Tiles across each half.
  public static let tileCount = 96
  /// Pixels along each side of the picture.
  public static let pictureSide = 960
  /// The shape of the picture.
  public static let pictureShape = Shape2D(square: pictureSide)
  /// The heights of raw frames that are known from beamlines, rows.
  public static let knownRawRows = [1040, 1000, 992, 980, 1940]

  /// Key `raw_rows`: rows of a raw frame, both halves together.
  public var rawRows = 1040
  /// Key `row_offset`: rows of the upper half before the first that sees light.
  public var rowOffset = 6
  /// Key `lower_row_offset`: rows of the lower half, counted from its outer edge, before the first
  /// that sees light.
  public var lowerRowOffset = 6
  /// Key `overscan_columns`: the two overscan words of a tile in the upper half; mirrored (11 − c)
  /// in the lower half.
  public var overscanColumns = [0, 11]
  /// Key `rolled_tile`: the tile of the upper half whose twelve words stand one place further on,
  /// if one does.
  public var rolledTile: Int? = 59
  /// Key `pixel_size_m`: the size of a pixel.
  public var pixelSize = Length(micrometers: 30)
  /// Key `saturation_word`: words from this one on are saturated.
  public var saturationWord: UInt16 = 57343
  /// Key `missing_words`: words that stand for pixels whose packet was lost.
  public var missingWords: [UInt16] = [0, 0x2000]
  /// Key `gain_table`: the gains that a word's control bits stand for; empty: the gain is fixed and
  /// control bits mean nothing.
  public var gainTable: [GainEntry] = []
  /// Key `bad_bit`: with a gain table, the control bit of words without a value.
  public var badBit: UInt16 = 0x2000

  /// Makes the geometry of the detector at the ALS, 1040 x 1152 words.
  public init() {}

  /// Rows of each half that see light.
  public var activeRows: Int { Self.pictureSide / 2 }
  /// The shape of a raw frame.
  public var rawShape: Shape2D { Shape2D(rows: rawRows, columns: Self.rawColumns) }

  /// Throws unless the rows, tiles and words fit each other.
  public func validate() throws(ParameterError) {
    let half = rawRows / 2
    guard rawRows % 2 == 0, (Self.pictureSide...8192).contains(rawRows) else {
      throw ParameterError(
        key: "raw_rows",
        value: "\(rawRows)",
        expected: "an even number from \(Self.pictureSide) to 8192"
      )
    }
    for (key, offset) in [("row_offset", rowOffset), ("lower_row_offset", lowerRowOffset)] {
      guard offset >= 0, offset + activeRows <= half else {
        throw ParameterError(
          key: key,
          value: "\(offset)",
          expected: "0 to \(max(half - activeRows, 0)), so that \(activeRows) rows fit into \(half)"
        )
      }
    }
    guard [[0, 11], [0, 1], [10, 11]].contains(overscanColumns) else {
      throw ParameterError(
        key: "overscan_columns",
        value: "\(overscanColumns)",
        expected: "[0, 11], [0, 1] or [10, 11]"
      )
    }
    guard missingWords.count <= 4 else {
      throw ParameterError(
        key: "missing_words",
        value: "\(missingWords.count) words",
        expected: "at most 4"
      )
    }
    for entry in gainTable {
      guard entry.controlBits & 0x3FFF == 0, (1e-3...1e3).contains(entry.factor),
        abs(entry.darkOffset) <= 8192
      else {
        throw ParameterError(
          key: "gain_table",
          value: "\([Double(entry.controlBits), entry.factor, entry.darkOffset])",
          expected: "control bits 0, 16384, 32768 or 49152, a factor from 0.001 to 1000 and an "
            + "offset from -8192 to 8192"
        )
      }
    }
    if let rolledTile {
      try ParameterError.require(rolledTile, in: 0...Self.tileCount - 1, key: "rolled_tile")
      guard overscanColumns == [0, 11] else {
        throw ParameterError(
          key: "rolled_tile",
          value: "\(rolledTile)",
          expected: "none unless overscan is [0, 11]"
        )
      }
    }
    try ParameterError.require(pixelSize.meters, in: 1e-6...1e-3, key: "pixel_size_m")
  }

  /// The raw row that holds readout row `a`, 0 to 959: the upper half first.
  func rawRow(_ a: Int) -> Int {
    a < activeRows ? rowOffset + a : rawRows - lowerRowOffset - 2 * activeRows + a
  }

  /// The first of the ten neighbouring raw columns that hold the pixels of a tile.
  func firstPixelColumn(tile: Int, upper: Bool) -> Int {
    let overscan = upper ? overscanColumns : [11 - overscanColumns[1], 11 - overscanColumns[0]]
    let first = overscan == [0, 11] ? 1 : (overscan == [0, 1] ? 2 : 0)
    return Self.tileWidth * tile + first + (isRolled(tile, upper) ? 1 : 0)
  }

  /// The two raw columns that hold the overscan words of a tile.
  func overscanColumns(tile: Int, upper: Bool) -> (Int, Int) {
    let start = Self.tileWidth * tile
    let roll = isRolled(tile, upper) ? 1 : 0
    let (first, second) = (overscanColumns[0], overscanColumns[1])
    let (a, b) = upper ? (first, second) : (11 - second, 11 - first)
    return (start + (a + roll) % Self.tileWidth, start + (b + roll) % Self.tileWidth)
  }

  private func isRolled(_ tile: Int, _ upper: Bool) -> Bool { upper && tile == rolledTile }
}
