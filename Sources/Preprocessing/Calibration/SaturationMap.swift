// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// The pixels that were saturated in any of many frames, and those around that it disturbs.
///
/// What a saturated word cannot hold comes out with the words that its channel reads next: along its
/// tile, through the overscan words into the tile's next row, and on. What lies beside it may have
/// lost charge to it or gained some. So with a saturated pixel its whole tile is disturbed in
/// `Self.rowReach` rows on either side, and every pixel within `Self.pixelReach`.
public struct SaturationMap: Sendable {
  private let geometry: FastCCDGeometry
  private let missing: WordSet
  private let gains: GainTable
  /// Whether each pixel was ever saturated, [readout row, place].
  private var isSaturated: [Bool]

  /// Rows of a tile before and after a saturated pixel's that it disturbs.
  static let rowReach = 3
  /// Pixels around a saturated one that it disturbs, whatever tile they belong to.
  static let pixelReach = 3

  /// Starts without frames.
  public init(geometry: FastCCDGeometry) {
    self.geometry = geometry
    missing = WordSet(geometry.missingWords)
    gains = GainTable(geometry)
    isSaturated = [Bool](
      repeating: false,
      count: FastCCDGeometry.pictureSide * FastCCDGeometry.pictureSide
    )
  }

  /// Looks at a frame.
  ///
  /// - Parameter frame: A raw frame of the layout.
  /// - Throws: `PreprocessingError` where the frame does not fit.
  public mutating func add(_ frame: DetectorFrame) throws {
    try PreprocessingError.requireRaw(frame, geometry)
    let (geometry, missing, gains) = (geometry, missing, gains)
    var assembly: [WordOrder: WordAssembly] = [:]
    var saturated = isSaturated
    isSaturated = []
    frame.withPicture(&assembly, geometry) { bytes in
      var saturated = saturated.mutableSpan
      for a in 0..<FastCCDGeometry.pictureSide {
        let line = geometry.rawRow(a) * FastCCDGeometry.rawColumns
        for tile in 0..<FastCCDGeometry.tileCount {
          let first = geometry.firstPixelColumn(tile: tile, upper: a < geometry.activeRows)
          let place = a * FastCCDGeometry.pictureSide + tile * FastCCDGeometry.tilePixels
          for pixel in 0..<FastCCDGeometry.tilePixels {
            let word = bytes.word(line + first + pixel)
            // A word without a value tells of no charge.
            if word >= geometry.saturationWord, !missing.contains(word), !gains.isBad(word) {
              saturated[place + pixel] = true
            }
          }
        }
      }
    }
    isSaturated = saturated
  }

  /// Whether no pixel was ever saturated.
  public var isEmpty: Bool { !isSaturated.contains(true) }

  /// Whether saturation may have changed what each pixel reads, [row, column] of the picture.
  public var disturbed: [Bool] {
    let side = FastCCDGeometry.pictureSide
    var reached = [Bool](repeating: false, count: side * side)
    for a in 0..<side {
      for b in 0..<side where isSaturated[a * side + b] {
        let tile = b / FastCCDGeometry.tilePixels * FastCCDGeometry.tilePixels
        let along = tile..<tile + FastCCDGeometry.tilePixels
        Self.mark(&reached, a, Self.rowReach, along)
        let near = max(b - Self.pixelReach, 0)..<min(b + Self.pixelReach + 1, side)
        Self.mark(&reached, a, Self.pixelReach, near)
      }
    }
    return reached
  }

  private static func mark(_ reached: inout [Bool], _ a: Int, _ reach: Int, _ places: Range<Int>) {
    let side = FastCCDGeometry.pictureSide
    for row in max(a - reach, 0)...min(a + reach, side - 1) {
      let column = PatternResampling.pictureIndex(row)
      for place in places { reached[PatternResampling.pictureIndex(place) * side + column] = true }
    }
  }
}
