// SPDX-License-Identifier: BSD-3-Clause

/// The mean of the darks of one exposure time, laid out for one pass over a raw frame.
struct MeanDark: Sendable {
  /// Pixels, [readout row, picture place], ADU, four to a vector.
  let pixels: [SIMD4<Float>]
  /// The first overscan words, [raw row, tile], ADU, four tiles to a vector; −∞ where no dark had
  /// one.
  let firstOverscan: [SIMD4<Float>]
  /// The second ones.
  let secondOverscan: [SIMD4<Float>]
  /// Darks in the mean.
  let count: Int
  /// The noise of one word of each tile, ADU RMS, [upper 96 tiles, lower 96 tiles].
  let noise: [Float]
  /// Pixels that no dark had or whose darks scatter too much, as readout row · 960 + place.
  let unmeasured: [Int32]
  /// How many of them scatter too much.
  let noisyCount: Int

  /// Lays a mean dark out.
  ///
  /// - Parameters:
  ///   - words: Mean words as they stand in a raw frame; NaN where no dark had one.
  ///   - variances: The variance of each word over the darks, ADU²; empty where no pixel is to be
  ///     judged by it.
  ///   - noiseLimit: How many times the median of its tile a pixel's scatter may be.
  ///   - count: Darks in the mean.
  ///   - noise: ADU RMS of one word, [upper 96 tiles, lower 96 tiles].
  ///   - geometry: The layout of the words.
  init(
    words: [Float],
    variances: [Float],
    noiseLimit: Double,
    count: Int,
    noise: [Float],
    geometry: FastCCDGeometry
  ) {
    let side = FastCCDGeometry.pictureSide
    let tiles = FastCCDGeometry.tileCount
    var pixels = [SIMD4<Float>](repeating: .zero, count: side * side / 4)
    var unmeasured: [Int32] = []
    Self.forEachPixel(geometry) { a, b, word in
      let value = words[word]
      if value.isNaN { unmeasured.append(Int32(a * side + b)) }
      pixels[(a * side + b) / 4][b % 4] = value.isNaN ? 0 : value
    }
    let noisy = variances.isEmpty ? [] : Self.noisyPixels(variances, noiseLimit, geometry)
    var first = [SIMD4<Float>](repeating: .zero, count: geometry.rawRows * tiles / 4)
    var second = first
    for row in 0..<geometry.rawRows {
      let line = row * FastCCDGeometry.rawColumns
      for tile in 0..<tiles {
        let columns = geometry.overscanColumns(tile: tile, upper: row < geometry.rawRows / 2)
        let (a, b) = (words[line + columns.0], words[line + columns.1])
        // A column that no dark had must never be the lower of the two.
        first[(row * tiles + tile) / 4][tile % 4] = a.isNaN ? -.infinity : a
        second[(row * tiles + tile) / 4][tile % 4] = b.isNaN ? -.infinity : b
      }
    }
    self.pixels = pixels
    firstOverscan = first
    secondOverscan = second
    self.count = count
    self.noise = noise
    self.unmeasured = unmeasured + noisy
    noisyCount = noisy.count
  }

  /// Pixels whose variance is far above the median of their tile, as readout row · 960 + place.
  ///
  /// The median holds what all pixels of a channel have in common, drift from dark to dark
  /// included.
  private static func noisyPixels(
    _ variances: [Float],
    _ limit: Double,
    _ geometry: FastCCDGeometry
  ) -> [Int32] {
    let tiles = FastCCDGeometry.tileCount
    var byTile = [[Float]](repeating: [], count: 2 * tiles)
    func tile(_ a: Int, _ b: Int) -> Int {
      (a < geometry.activeRows ? 0 : tiles) + b / FastCCDGeometry.tilePixels
    }
    forEachPixel(geometry) { a, b, word in
      if variances[word].isFinite { byTile[tile(a, b)].append(variances[word]) }
    }
    let bounds = byTile.map { values in
      values.isEmpty ? Float.infinity : values.sorted()[values.count / 2] * Float(limit * limit)
    }
    var noisy: [Int32] = []
    forEachPixel(geometry) { a, b, word in
      let bound = bounds[tile(a, b)]
      if bound > 0, variances[word] > bound {
        noisy.append(Int32(a * FastCCDGeometry.pictureSide + b))
      }
    }
    return noisy
  }

  /// Visits readout row, place and raw word of every pixel.
  private static func forEachPixel(
    _ geometry: FastCCDGeometry,
    _ body: (Int, Int, Int) -> Void
  ) {
    for a in 0..<FastCCDGeometry.pictureSide {
      let line = geometry.rawRow(a) * FastCCDGeometry.rawColumns
      for tile in 0..<FastCCDGeometry.tileCount {
        let first = geometry.firstPixelColumn(tile: tile, upper: a < geometry.activeRows)
        for pixel in 0..<FastCCDGeometry.tilePixels {
          body(a, FastCCDGeometry.tilePixels * tile + pixel, line + first + pixel)
        }
      }
    }
  }
}
