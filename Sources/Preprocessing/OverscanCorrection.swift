// SPDX-License-Identifier: BSD-3-Clause

/// Follows each channel's level from row to row by its overscan words.
///
/// The lower of a tile's two overscan words, minus the dark, is taken in each row, because charge
/// of saturated pixels runs into one of them; its running median over rows is the level. The
/// median of the lower of two values lies 0.545 σ below their mean. That is added back with the
/// noise σ that the darks show, so that empty pixels come out at zero on average. (The beamline's
/// constant of 0.55 ADU is this for σ = 1 ADU; at σ = 5 ADU it would leave 2.2 ADU, a tenth of a
/// photon, in every pixel.) Other ways are options, `CleaningParameters`.
struct OverscanCorrection: Sendable {
  private static let vectors = FastCCDGeometry.tileCount / 4

  private let geometry: FastCCDGeometry
  private let options: CleaningParameters
  private let reach: Int
  private let fit: OverscanFit
  private let gains: GainTable
  private let missing: WordSet
  /// The raw columns of the first overscan words, [half, tile], four tiles to a vector.
  private let firstColumns: [SIMD4<Int32>]
  /// Those of the second.
  private let secondColumns: [SIMD4<Int32>]
  /// The overscan words of one half, one of the two, [row of the half, tile], ADU.
  private var words: [SIMD4<Float>]
  /// The levels, [readout row, tile], ADU above the dark.
  private(set) var levels: [SIMD4<Float>]
  private var previous = [SIMD4<Float>](repeating: .zero, count: vectors)

  init(geometry: FastCCDGeometry, options: CleaningParameters, reach: Int) {
    self.geometry = geometry
    self.options = options
    self.reach = reach
    fit = OverscanFit(
      options.overscanModel,
      rows: geometry.activeRows,
      start: options.overscanFitStart
    )
    gains = GainTable(geometry)
    missing = WordSet(geometry.missingWords)
    let columns = [true, false].flatMap { upper in
      (0..<FastCCDGeometry.tileCount).map { geometry.overscanColumns(tile: $0, upper: upper) }
    }
    func vector(_ i: Int, _ column: ((Int, Int)) -> Int) -> SIMD4<Int32> {
      SIMD4((0..<4).map { Int32(column(columns[4 * i + $0])) })
    }
    firstColumns = (0..<2 * Self.vectors).map { vector($0) { $0.0 } }
    secondColumns = (0..<2 * Self.vectors).map { vector($0) { $0.1 } }
    words = [SIMD4<Float>](repeating: .zero, count: geometry.rawRows / 2 * Self.vectors)
    levels = [SIMD4<Float>](
      repeating: .zero,
      count: FastCCDGeometry.pictureSide * Self.vectors
    )
  }

  /// The raw rows of one half whose overscan decides about some of its readout rows.
  ///
  /// All rows that see light or lie before them may take part; those past them, by the seam, are
  /// not laid out the same on every chip.
  func rawRows(for needed: Range<Int>, side: Int) -> Range<Int> {
    let half = geometry.activeRows
    let first = geometry.rawRow(side * half)
    let seam = options.overscanSeamRows
    let top = side == 0 ? 0 : max(first - seam, geometry.rawRows / 2)
    let bottom = side == 0 ? min(first + half + seam, geometry.rawRows / 2) : geometry.rawRows
    guard options.overscanModel == .runningMedian else { return first..<first + half }
    return max(
      geometry.rawRow(needed.lowerBound) - reach,
      top
    )..<min(
      geometry.rawRow(needed.upperBound - 1) + reach + 1,
      bottom
    )
  }

  /// Finds the levels of one frame.
  ///
  /// - Parameters:
  ///   - bytes: The raw frame.
  ///   - plain: Its rows without missing words.
  ///   - dark: The mean dark of its exposure time.
  ///   - rows: The readout rows for which levels are needed.
  ///   - tiles: The tiles for which levels are needed, in multiples of four.
  mutating func findLevels(
    _ bytes: RawSpan,
    plain: borrowing PlainRows,
    dark: MeanDark,
    rows: Range<Int>,
    tiles: Range<Int>
  ) {
    let half = geometry.activeRows
    let vectors = tiles.lowerBound / 4..<(tiles.upperBound + 3) / 4
    for side in 0..<2 {
      let needed = rows.clamped(to: side * half..<(side + 1) * half)
      if needed.isEmpty { continue }
      let raw = rawRows(for: needed, side: side)
      takeWords(bytes, plain, dark, rawRows: raw, vectors, side)
      for vector in vectors {
        let bias = bias(dark, side * Self.vectors + vector)
        let lift = options.overscanLimits == nil ? bias : .zero
        if options.overscanModel == .runningMedian {
          runMedian(vector, needed, rawRows: raw, lift)
        } else {
          fitLine(vector, side, lift)
        }
      }
      if let limits = options.overscanLimits { limit(needed, vectors, side, to: limits, dark) }
    }
  }

  /// Sets all levels to zero.
  mutating func forgetLevels() {
    for i in levels.indices { levels[i] = .zero }
  }

  private mutating func takeWords(
    _ bytes: RawSpan,
    _ plain: borrowing PlainRows,
    _ dark: MeanDark,
    rawRows: Range<Int>,
    _ vectors: Range<Int>,
    _ side: Int
  ) {
    let own = side * Self.vectors..<(side + 1) * Self.vectors
    let (firstColumns, secondColumns) = (firstColumns, secondColumns)
    for vector in vectors { previous[vector] = .zero }
    for row in rawRows {
      if plain[row], options.overscanWord == .lower {
        let line = row * Self.vectors..<(row + 1) * Self.vectors
        Self.takeLower(
          bytes,
          row * FastCCDGeometry.rawColumns,
          vectors,
          firstColumns.span.extracting(own),
          secondColumns.span.extracting(own),
          dark.firstOverscan.span.extracting(line),
          dark.secondOverscan.span.extracting(line),
          &previous
        )
      } else {
        takeEither(bytes, row, dark, vectors, side)
      }
      let start = (row - rawRows.lowerBound) * Self.vectors
      for vector in vectors { words[start + vector] = previous[vector] }
    }
  }

  /// The lower words of a row from which none is missing.
  private static func takeLower(
    _ bytes: RawSpan,
    _ line: Int,
    _ vectors: Range<Int>,
    _ firstColumns: Span<SIMD4<Int32>>,
    _ secondColumns: Span<SIMD4<Int32>>,
    _ firstDark: Span<SIMD4<Float>>,
    _ secondDark: Span<SIMD4<Float>>,
    _ words: inout [SIMD4<Float>]
  ) {
    var words = words.mutableSpan
    for vector in vectors {
      let a = four(bytes, line, firstColumns[vector]) - firstDark[vector]
      let b = four(bytes, line, secondColumns[vector]) - secondDark[vector]
      let lower = a.replacing(with: b, where: b .< a)
      // Where no dark had either of them, the row before stands in.
      words[vector] = lower.replacing(with: words[vector], where: lower .== .infinity)
    }
  }

  @inline(__always)
  private static func four(_ bytes: RawSpan, _ line: Int, _ columns: SIMD4<Int32>) -> SIMD4<Float> {
    SIMD4<Float>(
      SIMD4<Int32>(
        Int32(bytes.word(line + Int(columns[0]))),
        Int32(bytes.word(line + Int(columns[1]))),
        Int32(bytes.word(line + Int(columns[2]))),
        Int32(bytes.word(line + Int(columns[3])))
      )
    )
  }

  /// The words of any row.
  private mutating func takeEither(
    _ bytes: RawSpan,
    _ row: Int,
    _ dark: MeanDark,
    _ vectors: Range<Int>,
    _ side: Int
  ) {
    let line = row * FastCCDGeometry.rawColumns
    for vector in vectors {
      let i = row * Self.vectors + vector
      for lane in 0..<4 {
        let columns = (
          firstColumns[side * Self.vectors + vector][lane],
          secondColumns[side * Self.vectors + vector][lane]
        )
        let a = level(bytes.word(line + Int(columns.0)), dark.firstOverscan[i][lane])
        let b = level(bytes.word(line + Int(columns.1)), dark.secondOverscan[i][lane])
        let found =
          options.overscanWord == .lower || !a.isFinite || !b.isFinite ? min(a, b) : (a + b) / 2
        // Both lost with their packet: the row before stands in.
        if found.isFinite { previous[vector][lane] = found }
      }
    }
  }

  /// One overscan word above its dark, ADU; infinite where it is missing.
  private func level(_ word: UInt16, _ dark: Float) -> Float {
    missing.contains(word) || gains.isBad(word)
      ? .infinity : gains.value(word, dark: dark, level: 0)
  }

  /// The running median down the rows of four tiles.
  private mutating func runMedian(
    _ vector: Int,
    _ needed: Range<Int>,
    rawRows: Range<Int>,
    _ lift: SIMD4<Float>
  ) {
    let last = rawRows.count - 1
    var median = RunningMedian(reach: reach)
    let lines = words
    let values = lines.span
    let start = geometry.rawRow(needed.lowerBound) - rawRows.lowerBound
    // The rows at the ends stand for those beyond them.
    func value(_ row: Int) -> SIMD4<Float> {
      values[min(max(row, 0), last) * Self.vectors + vector]
    }
    for row in start - reach...start + reach { median.insert(value(row)) }
    for a in needed {
      let row = start + a - needed.lowerBound
      levels[a * Self.vectors + vector] = median.median + lift
      median.replace(value(row - reach), with: value(row + reach + 1))
    }
  }

  /// A fitted line down the rows of four tiles.
  private mutating func fitLine(_ vector: Int, _ side: Int, _ lift: SIMD4<Float>) {
    let half = geometry.activeRows
    // From the outer edge on, which is the last row of the lower half.
    let order = (0..<half).map { side == 0 ? $0 : half - 1 - $0 }
    let line = fit.line(order.map { words[$0 * Self.vectors + vector] })
    for (row, level) in zip(order, line) {
      levels[(side * half + row) * Self.vectors + vector] = level + lift
    }
  }
}

// MARK: - Bias and limits

extension OverscanCorrection {
  /// How far the median of the lower of two equally noisy values lies below their mean, in units
  /// of their noise: P(both > −m) = ½ gives Φ(m) = 1/√2.
  static let medianOfLower: Float = 0.544_952
  /// How far their mean lies below it: 1/√π.
  static let meanOfLower: Float = 0.564_190

  /// What the levels of four tiles lie below the true ones, ADU.
  ///
  /// A frame minus a mean of n darks has the variance σ² (1 + 1/n).
  private func bias(_ dark: MeanDark, _ vector: Int) -> SIMD4<Float> {
    if let given = options.overscanBias { return SIMD4(repeating: Float(given)) }
    guard options.overscanWord == .lower else { return .zero }
    // The median of few values goes towards the mean; of one value it is that value.
    let median =
      Self.medianOfLower + (Self.meanOfLower - Self.medianOfLower) / Float(2 * reach + 1)
    let factor = options.overscanModel == .runningMedian ? median : Self.meanOfLower
    let growth = (1 + 1 / Float(max(dark.count, 1))).squareRoot()
    return factor * growth * SIMD4((0..<4).map { dark.noise[4 * vector + $0] })
  }

  /// Cuts levels to the limits before their bias is added.
  private mutating func limit(
    _ rows: Range<Int>,
    _ vectors: Range<Int>,
    _ side: Int,
    to limits: LevelLimits,
    _ dark: MeanDark
  ) {
    let lowest = SIMD4(repeating: Float(limits.lowest))
    let highest = SIMD4(repeating: Float(limits.highest))
    for vector in vectors {
      let bias = bias(dark, side * Self.vectors + vector)
      for a in rows {
        let i = a * Self.vectors + vector
        let raised = levels[i].replacing(with: lowest, where: levels[i] .< lowest)
        levels[i] = raised.replacing(with: highest, where: raised .> highest) + bias
      }
    }
  }
}
