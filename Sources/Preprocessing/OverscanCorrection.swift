// SPDX-License-Identifier: BSD-3-Clause

/// Follows each channel's level from row to row by its overscan words.
///
/// The lower of a tile's two overscan words, minus the dark, is taken in each row, because charge
/// of saturated pixels runs into one of them; its running median over rows is the level. The
/// median of the lower of two values lies 0.545 σ below their mean. That is added back with the
/// noise σ that the darks show, so that empty pixels come out at zero on average. (The beamline's
/// constant of 0.55 ADU is this for σ = 1 ADU; at σ = 5 ADU it would leave 2.2 ADU, a tenth of a
/// photon, in every pixel.)
struct OverscanCorrection: Sendable {
  private static let vectors = FastCCDGeometry.tileCount / 4

  private let geometry: FastCCDGeometry
  private let reach: Int
  /// The raw columns of the overscan words, [half, tile].
  private let columns: [SIMD2<Int32>]
  /// The lower overscan words of one half, [row of the half, tile], ADU.
  private var lower: [SIMD4<Float>]
  /// The levels, [readout row, tile], ADU above the dark.
  private(set) var levels: [SIMD4<Float>]
  private var window: [SIMD4<Float>] = []

  init(geometry: FastCCDGeometry, reach: Int) {
    self.geometry = geometry
    self.reach = reach
    columns = [true, false].flatMap { upper in
      (0..<FastCCDGeometry.tileCount).map { tile in
        let pair = geometry.overscanColumns(tile: tile, upper: upper)
        return SIMD2(Int32(pair.0), Int32(pair.1))
      }
    }
    lower = [SIMD4<Float>](repeating: .zero, count: geometry.rawRows / 2 * Self.vectors)
    levels = [SIMD4<Float>](
      repeating: .zero,
      count: FastCCDGeometry.pictureSide * Self.vectors
    )
  }

  /// Finds the levels of one frame.
  ///
  /// - Parameters:
  ///   - bytes: The raw frame.
  ///   - dark: The mean dark of its exposure time.
  ///   - rows: The readout rows for which levels are needed.
  ///   - tiles: The tiles for which levels are needed, in multiples of four.
  mutating func findLevels(
    _ bytes: RawSpan,
    dark: MeanDark,
    rows: Range<Int>,
    tiles: Range<Int>
  ) {
    let half = geometry.activeRows
    for side in 0..<2 {
      let needed = rows.clamped(to: side * half..<(side + 1) * half)
      if needed.isEmpty { continue }
      let vectors = tiles.lowerBound / 4..<(tiles.upperBound + 3) / 4
      // All rows of the half that see light or lie before them take part; those past them, by
      // the seam, are not laid out the same on every chip.
      let first = geometry.rawRow(side * half)
      let top = side == 0 ? 0 : first
      let bottom = side == 0 ? first + half : geometry.rawRows
      let low = max(geometry.rawRow(needed.lowerBound) - reach, top)
      let high = min(geometry.rawRow(needed.upperBound - 1) + reach + 1, bottom)
      takeLower(bytes, dark, rawRows: low..<high, vectors, side)
      for vector in vectors {
        runMedian(vector, needed, rawRows: low..<high, bias: dark.medianBias, side)
      }
    }
  }

  private mutating func takeLower(
    _ bytes: RawSpan,
    _ dark: MeanDark,
    rawRows: Range<Int>,
    _ vectors: Range<Int>,
    _ side: Int
  ) {
    let tiles = FastCCDGeometry.tileCount
    let (columnPairs, darkWords) = (columns, dark.overscan)
    let columns = columnPairs.span
    let darks = darkWords.span
    let missing = WordSet(geometry.missingWords)
    var lower = lower.mutableSpan
    var previous = [SIMD4<Float>](repeating: .zero, count: Self.vectors)
    for row in rawRows {
      let line = row * FastCCDGeometry.rawColumns
      for vector in vectors {
        var values = previous[vector]
        for lane in 0..<4 {
          let tile = 4 * vector + lane
          let place = columns[side * tiles + tile]
          let first = bytes.word(line + Int(place.x))
          let second = bytes.word(line + Int(place.y))
          let level = SIMD2(Float(first), Float(second)) - darks[row * tiles + tile]
          let a = missing.contains(first) ? Float.infinity : level.x
          let b = missing.contains(second) ? Float.infinity : level.y
          let least = min(a, b)
          // Both lost with their packet: the row before stands in.
          values[lane] = least.isFinite ? least : values[lane]
        }
        previous[vector] = values
        lower[(row - rawRows.lowerBound) * Self.vectors + vector] = values
      }
    }
  }

  /// The running median down the rows of four tiles.
  private mutating func runMedian(
    _ vector: Int,
    _ needed: Range<Int>,
    rawRows: Range<Int>,
    bias: [Float],
    _ side: Int
  ) {
    let count = rawRows.count
    let lift = SIMD4<Float>(
      (0..<4).map { bias[side * FastCCDGeometry.tileCount + 4 * vector + $0] }
    )
    var median = RunningMedian(reach: reach)
    let lines = lower
    let values = lines.span
    let start = geometry.rawRow(needed.lowerBound) - rawRows.lowerBound
    // The rows at the ends stand for those beyond them.
    func value(_ row: Int) -> SIMD4<Float> {
      values[min(max(row, 0), count - 1) * Self.vectors + vector]
    }
    for row in start - reach...start + reach { median.insert(value(row)) }
    for a in needed {
      let row = start + a - needed.lowerBound
      levels[a * Self.vectors + vector] = median.median + lift
      median.replace(value(row - reach), with: value(row + reach + 1))
    }
  }
}
