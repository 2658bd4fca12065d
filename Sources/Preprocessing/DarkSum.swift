// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The darks of one exposure time, summed word by word, and the noise of their overscan.
struct DarkSum: Sendable {
  /// Darks so far.
  private(set) var count = 0
  /// Sums of words, as they stand in a raw frame.
  private var sums: [UInt32]
  /// Darks that had each word.
  private var present: [UInt16]
  /// Sums and sums of squares of the difference between a tile's two overscan words,
  /// [raw row, tile].
  private var differences: [SIMD2<Float>]

  init(geometry: FastCCDGeometry) {
    let words = geometry.rawShape.count
    sums = [UInt32](repeating: 0, count: words)
    present = [UInt16](repeating: 0, count: words)
    differences = [SIMD2<Float>](
      repeating: .zero,
      count: geometry.rawRows * FastCCDGeometry.tileCount
    )
  }

  /// Adds the words of one dark; darks past the 65 535th are not needed and not counted.
  mutating func add(_ bytes: RawSpan, _ geometry: FastCCDGeometry) {
    guard count < Int(UInt16.max) else { return }
    count += 1
    Self.addWords(bytes, WordSet(geometry.missingWords), &sums, &present)
    addDifferences(bytes, geometry)
  }

  private static func addWords(
    _ bytes: RawSpan,
    _ missing: WordSet,
    _ sums: inout [UInt32],
    _ present: inout [UInt16]
  ) {
    var sums = sums.mutableSpan
    var present = present.mutableSpan
    for i in sums.indices {
      let word = bytes.word(i)
      let isPresent = !missing.contains(word)
      sums[i] &+= isPresent ? UInt32(word) : 0
      present[i] &+= isPresent ? 1 : 0
    }
  }

  private mutating func addDifferences(_ bytes: RawSpan, _ geometry: FastCCDGeometry) {
    let missing = WordSet(geometry.missingWords)
    for row in 0..<geometry.rawRows {
      let upper = row < geometry.rawRows / 2
      for tile in 0..<FastCCDGeometry.tileCount {
        let columns = geometry.overscanColumns(tile: tile, upper: upper)
        let line = row * FastCCDGeometry.rawColumns
        let first = bytes.word(line + columns.0)
        let second = bytes.word(line + columns.1)
        if missing.contains(first) || missing.contains(second) { continue }
        let d = Float(first) - Float(second)
        differences[row * FastCCDGeometry.tileCount + tile] += SIMD2(d, d * d)
      }
    }
  }

  /// The mean dark and its noise.
  func mean(_ geometry: FastCCDGeometry) -> MeanDark {
    var words = [Float](repeating: 0, count: sums.count)
    for i in words.indices {
      words[i] = present[i] == 0 ? .nan : Float(Double(sums[i]) / Double(present[i]))
    }
    return MeanDark(
      words: words,
      count: count,
      noise: noise(geometry),
      geometry: geometry
    )
  }

  /// The noise of one word of each tile, ADU RMS, [upper 96 tiles, lower 96 tiles].
  ///
  /// Half the variance of the difference between the two overscan words over the darks: what
  /// drifts from row to row or frame to frame is common to both and drops out. With a single dark
  /// the variance is taken over the rows.
  private func noise(_ geometry: FastCCDGeometry) -> [Float] {
    let tiles = FastCCDGeometry.tileCount
    let half = geometry.rawRows / 2
    var noise = [Float](repeating: 0, count: 2 * tiles)
    guard count > 0 else { return noise }
    let n = Double(count)
    for side in 0..<2 {
      for tile in 0..<tiles {
        var total = SIMD2<Double>.zero
        var spread = 0.0
        for row in side * half..<(side + 1) * half {
          let d = SIMD2<Double>(differences[row * tiles + tile])
          total += d
          spread += max(d.y - d.x * d.x / n, 0)
        }
        let rows = Double(half)
        let variance =
          count > 1
          ? spread / (rows * (n - 1))
          : max(total.y - total.x * total.x / rows, 0) / max(rows - 1, 1)
        noise[side * tiles + tile] = Float((variance / 2).squareRoot())
      }
    }
    return noise
  }
}
