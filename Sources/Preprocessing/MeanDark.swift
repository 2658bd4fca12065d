// SPDX-License-Identifier: BSD-3-Clause

/// The mean of the darks of one exposure time, laid out for one pass over a raw frame.
struct MeanDark: Sendable {
  /// Pixels, [readout row, picture place], ADU, four to a vector.
  let pixels: [SIMD4<Float>]
  /// Overscan words, [raw row, tile], ADU.
  let overscan: [SIMD2<Float>]
  /// What the running median of the lower overscan word lies below the true level, ADU, [upper
  /// 96 tiles, lower 96 tiles].
  let medianBias: [Float]
  /// The noise of one word of each tile, ADU RMS, in the same order.
  let noise: [Float]
  /// Pixels that no dark had, as readout row · 960 + place.
  let unmeasured: [Int32]

  /// Lays a mean dark out.
  ///
  /// - Parameters:
  ///   - words: Mean words as they stand in a raw frame; NaN where no dark had one.
  ///   - count: Darks in the mean.
  ///   - noise: ADU RMS of one word, [upper 96 tiles, lower 96 tiles].
  ///   - geometry: The layout of the words.
  init(words: [Float], count: Int, noise: [Float], geometry: FastCCDGeometry) {
    let side = FastCCDGeometry.pictureSide
    let tiles = FastCCDGeometry.tileCount
    var pixels = [SIMD4<Float>](repeating: .zero, count: side * side / 4)
    var unmeasured: [Int32] = []
    for a in 0..<side {
      let line = geometry.rawRow(a) * FastCCDGeometry.rawColumns
      for b in 0..<side {
        let tile = b / FastCCDGeometry.tilePixels
        let first = geometry.firstPixelColumn(tile: tile, upper: a < geometry.activeRows)
        let value = words[line + first + b % FastCCDGeometry.tilePixels]
        if value.isNaN { unmeasured.append(Int32(a * side + b)) }
        pixels[(a * side + b) / 4][b % 4] = value.isNaN ? 0 : value
      }
    }
    var overscan = [SIMD2<Float>](repeating: .zero, count: geometry.rawRows * tiles)
    for row in 0..<geometry.rawRows {
      let line = row * FastCCDGeometry.rawColumns
      for tile in 0..<tiles {
        let columns = geometry.overscanColumns(tile: tile, upper: row < geometry.rawRows / 2)
        // A column that no dark had must never be the lower of the two.
        let pair = SIMD2(words[line + columns.0], words[line + columns.1])
        overscan[row * tiles + tile] = pair.replacing(with: -.infinity, where: pair .!= pair)
      }
    }
    self.pixels = pixels
    self.overscan = overscan
    self.unmeasured = unmeasured
    self.noise = noise
    // A frame minus a mean of n darks has the variance σ² (1 + 1/n).
    let growth = (1 + 1 / Float(max(count, 1))).squareRoot()
    medianBias = noise.map { Self.medianOfLower * growth * $0 }
  }

  /// How far the median of the lower of two equally noisy values lies below their mean, in units
  /// of their noise: P(both > −m) = ½ gives Φ(m) = 1/√2.
  static let medianOfLower: Float = 0.544_952
}
