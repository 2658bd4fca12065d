// SPDX-License-Identifier: BSD-3-Clause

/// Turns the words of a readout row into ADU above dark and overscan, pixels side by side.
struct RowReader: Sendable {
  /// The first raw column of each tile's pixels, [half, tile].
  private let firstColumns: [Int32]
  private let geometry: FastCCDGeometry
  private let gains: GainTable
  /// Below this a pixel counts as empty, ADU.
  var threshold: Float

  init(geometry: FastCCDGeometry, threshold: Float) {
    self.geometry = geometry
    self.threshold = threshold
    gains = GainTable(geometry)
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
  ///   - threshold: Below this a pixel counts as empty, ADU.
  ///   - line: Receives the vectors, ADU.
  func read(
    _ row: Int,
    _ vectors: Range<Int>,
    _ bytes: RawSpan,
    dark: Span<SIMD4<Float>>,
    levels: Span<SIMD4<Float>>,
    threshold: Float,
    into line: inout MutableSpan<SIMD4<Float>>
  ) {
    precondition(vectors.lowerBound % 5 == 0 && vectors.count % 5 == 0, "tiles come in pairs")
    precondition(line.count == vectors.count, "the line is \(line.count) vectors")
    if gains.isAutomatic {
      readGains(row, vectors, bytes, dark, levels, threshold, &line)
      return
    }
    let half = row < geometry.activeRows ? 0 : FastCCDGeometry.tileCount
    let columns = firstColumns.span.extracting(half..<half + FastCCDGeometry.tileCount)
    let start = geometry.rawRow(row) * FastCCDGeometry.rawColumns
    let darkStart = row * FastCCDGeometry.pictureSide / 4 + vectors.lowerBound
    let dark = dark.extracting(darkStart..<darkStart + vectors.count)
    let levelStart = row * FastCCDGeometry.tileCount / 4
    let levels = levels.extracting(levelStart..<levelStart + FastCCDGeometry.tileCount / 4)
    let threshold = SIMD4<Float>(repeating: threshold)
    var tile = 2 * (vectors.lowerBound / 5)
    var i = 0
    while i < line.count {
      let a = start + Int(columns[tile])
      let b = start + Int(columns[tile + 1])
      let level = levels[tile / 4]
      let pair = tile & 2 == 0 ? level.lowHalf : level.highHalf
      let levelA = SIMD4<Float>(repeating: pair.x)
      let levelB = SIMD4<Float>(repeating: pair.y)
      let shared = SIMD4(lowHalf: bytes.words2(a + 8), highHalf: bytes.words2(b))
      precondition(i + 5 <= line.count && i + 5 <= dark.count)
      line[i] = above(bytes.words4(a), dark[i], levelA, threshold)
      line[i + 1] = above(bytes.words4(a + 4), dark[i + 1], levelA, threshold)
      line[i + 2] = above(
        shared,
        dark[i + 2],
        SIMD4(lowHalf: levelA.lowHalf, highHalf: levelB.lowHalf),
        threshold
      )
      line[i + 3] = above(bytes.words4(b + 2), dark[i + 3], levelB, threshold)
      line[i + 4] = above(bytes.words4(b + 6), dark[i + 4], levelB, threshold)
      i += 5
      tile += 2
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

  /// Reads a row whose words say their gain.
  private func readGains(
    _ row: Int,
    _ vectors: Range<Int>,
    _ bytes: RawSpan,
    _ dark: Span<SIMD4<Float>>,
    _ levels: Span<SIMD4<Float>>,
    _ threshold: Float,
    _ line: inout MutableSpan<SIMD4<Float>>
  ) {
    let half = row < geometry.activeRows ? 0 : FastCCDGeometry.tileCount
    let start = geometry.rawRow(row) * FastCCDGeometry.rawColumns
    for i in line.indices {
      for lane in 0..<4 {
        let place = 4 * (vectors.lowerBound + i) + lane
        let tile = place / FastCCDGeometry.tilePixels
        let column = Int(firstColumns[half + tile]) + place % FastCCDGeometry.tilePixels
        let value = gains.value(
          bytes.word(start + column),
          dark: dark[row * FastCCDGeometry.pictureSide / 4 + vectors.lowerBound + i][lane],
          level: levels[(row * FastCCDGeometry.tileCount + tile) / 4][tile % 4]
        )
        line[i][lane] = value < threshold ? 0 : value
      }
    }
  }
}
