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
  /// The first value of each word, from which the deviations are counted.
  private var firsts: [UInt16]
  /// Sums of squares of the deviations.
  private var squares: [Float]
  /// Sums and sums of squares of the difference between a tile's two overscan words,
  /// [raw row, tile].
  private var differences: [SIMD2<Float>]

  init(geometry: FastCCDGeometry) {
    let words = geometry.rawShape.count
    sums = [UInt32](repeating: 0, count: words)
    present = [UInt16](repeating: 0, count: words)
    firsts = present
    squares = [Float](repeating: 0, count: words)
    differences = [SIMD2<Float>](
      repeating: .zero,
      count: geometry.rawRows * FastCCDGeometry.tileCount
    )
  }

  /// Adds the words of one dark; darks past the 65 535th are not needed and not counted.
  mutating func add(_ bytes: RawSpan, _ geometry: FastCCDGeometry) {
    guard count < Int(UInt16.max) else { return }
    count += 1
    let mask = GainTable(geometry).valueMask
    let missing = WordSet(geometry.missingWords)
    Self.addWords(bytes, missing, mask, &sums, &present)
    let present = present
    Self.addSquares(bytes, missing, mask, present.span, &firsts, &squares)
    addDifferences(bytes, mask, geometry)
  }

  private static func addWords(
    _ bytes: RawSpan,
    _ missing: WordSet,
    _ mask: UInt16,
    _ sums: inout [UInt32],
    _ present: inout [UInt16]
  ) {
    var sums = sums.mutableSpan
    var present = present.mutableSpan
    for i in sums.indices {
      let word = bytes.word(i)
      let isPresent = !missing.contains(word)
      sums[i] &+= isPresent ? UInt32(word & mask) : 0
      present[i] &+= isPresent ? 1 : 0
    }
  }

  /// Adds the squares of the deviations from each word's first value, after `addWords`.
  private static func addSquares(
    _ bytes: RawSpan,
    _ missing: WordSet,
    _ mask: UInt16,
    _ present: Span<UInt16>,
    _ firsts: inout [UInt16],
    _ squares: inout [Float]
  ) {
    var firsts = firsts.mutableSpan
    var squares = squares.mutableSpan
    for i in squares.indices {
      let word = bytes.word(i)
      if missing.contains(word) { continue }
      if present[i] == 1 { firsts[i] = word & mask }
      let deviation = Float(word & mask) - Float(firsts[i])
      squares[i] += deviation * deviation
    }
  }

  private mutating func addDifferences(
    _ bytes: RawSpan,
    _ mask: UInt16,
    _ geometry: FastCCDGeometry
  ) {
    let missing = WordSet(geometry.missingWords)
    for row in 0..<geometry.rawRows {
      let upper = row < geometry.rawRows / 2
      for tile in 0..<FastCCDGeometry.tileCount {
        let columns = geometry.overscanColumns(tile: tile, upper: upper)
        let line = row * FastCCDGeometry.rawColumns
        let first = bytes.word(line + columns.0)
        let second = bytes.word(line + columns.1)
        if missing.contains(first) || missing.contains(second) { continue }
        let d = Float(first & mask) - Float(second & mask)
        differences[row * FastCCDGeometry.tileCount + tile] += SIMD2(d, d * d)
      }
    }
  }

  /// The mean dark and its noise.
  ///
  /// - Parameters:
  ///   - geometry: The layout of the words.
  ///   - noiseLimit: How many times the median of its tile a pixel's scatter may be; nil: any.
  /// - Returns: The mean, laid out for cleaning.
  func mean(_ geometry: FastCCDGeometry, noiseLimit: Double?) -> MeanDark {
    var words = [Float](repeating: 0, count: sums.count)
    for i in words.indices {
      words[i] = present[i] == 0 ? .nan : Float(Double(sums[i]) / Double(present[i]))
    }
    return MeanDark(
      words: words,
      variances: noiseLimit == nil || count < 2 ? [] : variances(),
      noiseLimit: noiseLimit ?? .infinity,
      count: count,
      noise: noise(geometry),
      geometry: geometry
    )
  }

  /// The variance of each word over the darks, ADU²; NaN where fewer than two had it.
  private func variances() -> [Float] {
    var values = [Float](repeating: .nan, count: sums.count)
    for i in values.indices where present[i] > 1 {
      let n = Double(present[i])
      let total = Double(sums[i]) - n * Double(firsts[i])
      values[i] = Float(max(Double(squares[i]) - total * total / n, 0) / (n - 1))
    }
    return values
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
