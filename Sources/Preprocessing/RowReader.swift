// SPDX-License-Identifier: BSD-3-Clause

/// Turns the words of a readout row into ADU above dark and overscan, pixels side by side.
struct RowReader: Sendable {
  /// The first raw column of each tile's pixels, [half, tile].
  private let firstColumns: [Int32]
  private let geometry: FastCCDGeometry
  /// Below this a pixel counts as empty, ADU.
  private let threshold: Float

  init(geometry: FastCCDGeometry, threshold: Float) {
    self.geometry = geometry
    self.threshold = threshold
    firstColumns = [true, false].flatMap { upper in
      (0..<FastCCDGeometry.tileCount).map {
        Int32(geometry.firstPixelColumn(tile: $0, upper: upper))
      }
    }
  }

  /// Reads one row; two tiles of ten pixels make five vectors.
  ///
  /// - Parameters:
  ///   - row: The readout row.
  ///   - vectors: The vectors wanted, a multiple of five on either side.
  ///   - bytes: The raw frame.
  ///   - dark: Mean dark, [readout row, place], ADU.
  ///   - levels: Overscan levels, [readout row, tile], ADU.
  ///   - line: Receives the vectors, ADU.
  func read(
    _ row: Int,
    _ vectors: Range<Int>,
    _ bytes: RawSpan,
    dark: Span<SIMD4<Float>>,
    levels: Span<SIMD4<Float>>,
    into line: inout MutableSpan<SIMD4<Float>>
  ) {
    precondition(vectors.lowerBound % 5 == 0 && vectors.count % 5 == 0, "tiles come in pairs")
    precondition(line.count == vectors.count, "the line is \(line.count) vectors")
    let columns = firstColumns.span
    let half = row < geometry.activeRows ? 0 : FastCCDGeometry.tileCount
    let start = geometry.rawRow(row) * FastCCDGeometry.rawColumns
    let darkStart = row * FastCCDGeometry.pictureSide / 4 + vectors.lowerBound
    let levelStart = row * FastCCDGeometry.tileCount / 4
    let threshold = SIMD4<Float>(repeating: threshold)
    for pair in 0..<vectors.count / 5 {
      let tile = 2 * (vectors.lowerBound / 5 + pair)
      let a = start + Int(columns[half + tile])
      let b = start + Int(columns[half + tile + 1])
      let level = levels[levelStart + tile / 4]
      let pairLevels = tile & 2 == 0 ? level.lowHalf : level.highHalf
      let levelA = SIMD4<Float>(repeating: pairLevels.x)
      let levelB = SIMD4<Float>(repeating: pairLevels.y)
      let shared = SIMD4(lowHalf: bytes.words2(a + 8), highHalf: bytes.words2(b))
      let i = 5 * pair
      let d = darkStart + i
      line[i] = above(bytes.words4(a), dark[d], levelA, threshold)
      line[i + 1] = above(bytes.words4(a + 4), dark[d + 1], levelA, threshold)
      line[i + 2] = above(
        shared,
        dark[d + 2],
        SIMD4(lowHalf: levelA.lowHalf, highHalf: levelB.lowHalf),
        threshold
      )
      line[i + 3] = above(bytes.words4(b + 2), dark[d + 3], levelB, threshold)
      line[i + 4] = above(bytes.words4(b + 6), dark[d + 4], levelB, threshold)
    }
  }

  @inline(always)
  private func above(
    _ words: SIMD4<UInt16>,
    _ dark: SIMD4<Float>,
    _ level: SIMD4<Float>,
    _ threshold: SIMD4<Float>
  ) -> SIMD4<Float> {
    let value = SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: words)) - dark - level
    return value.replacing(with: 0, where: value .< threshold)
  }
}
