// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Cleans the rows of one raw frame at a time: finds its faults and levels, then reads its rows.
struct FrameCleaning: Sendable {
  private let geometry: FastCCDGeometry
  private var reader: RowReader
  /// Whether levels are taken off.
  private var subtractsLevels = true
  private var plain: PlainRows
  private var overscan: OverscanCorrection
  private var ripple: RippleFilter?
  /// The faulty pixels of the frame that was looked at last.
  private(set) var flagged: FlaggedPixels

  /// Prepares for frames of one layout.
  ///
  /// - Parameters:
  ///   - geometry: The layout.
  ///   - parameters: Options and reach of the overscan correction.
  ///   - threshold: Below this a pixel counts as empty, ADU.
  init(geometry: FastCCDGeometry, parameters: PreprocessingParameters, threshold: Float) {
    let options = parameters.cleaning
    self.geometry = geometry
    reader = RowReader(
      geometry: geometry,
      threshold: options.cutNegative ? max(threshold, 0) : threshold
    )
    plain = PlainRows(geometry: geometry)
    overscan = OverscanCorrection(
      geometry: geometry,
      options: options,
      reach: parameters.overscanReach
    )
    ripple = options.rippleFilter ? RippleFilter() : nil
    flagged = FlaggedPixels(geometry: geometry)
  }

  /// Finds faults, without levels.
  mutating func findFaults(_ bytes: RawSpan, _ dark: MeanDark, rows: Range<Int>) {
    look(bytes, rows, 0..<FastCCDGeometry.tileCount)
    flagged.find(bytes, plain: plain, always: dark.unmeasured, rows: rows)
  }

  /// Finds faults and levels.
  ///
  /// - Parameters:
  ///   - bytes: The raw frame, [row, column].
  ///   - dark: The mean dark of its exposure time.
  ///   - rows: The readout rows that will be read.
  ///   - vectors: The places of each row that will be read, in vectors of four.
  mutating func prepare(
    _ bytes: RawSpan,
    _ dark: MeanDark,
    rows: Range<Int>,
    vectors: Range<Int>
  ) {
    let all = FastCCDGeometry.pictureSide
    let (rows, vectors) = ripple == nil ? (rows, vectors) : (0..<all, 0..<all / 4)
    // Four tiles make a vector of levels.
    let first = vectors.lowerBound / 10 * 4
    let tiles = first..<min((vectors.upperBound + 9) / 10 * 4, FastCCDGeometry.tileCount)
    look(bytes, rows, tiles)
    flagged.find(bytes, plain: plain, always: dark.unmeasured, rows: rows)
    overscan.findLevels(bytes, plain: plain, dark: dark, rows: rows, tiles: tiles)
    if !subtractsLevels { overscan.forgetLevels() }
    findRipple(bytes, dark)
  }

  private mutating func look(_ bytes: RawSpan, _ rows: Range<Int>, _ tiles: Range<Int>) {
    let half = geometry.activeRows
    for side in 0..<2 {
      let needed = rows.clamped(to: side * half..<(side + 1) * half)
      if needed.isEmpty { continue }
      let raw = overscan.rawRows(for: needed, side: side)
      // One row more, because saturation spreads.
      let low = min(raw.lowerBound, max(geometry.rawRow(needed.lowerBound) - 1, 0))
      let high = max(raw.upperBound, geometry.rawRow(needed.upperBound - 1) + 2)
      plain.look(bytes, rows: low..<min(high, geometry.rawRows), tiles: tiles)
    }
  }

  private mutating func findRipple(_ bytes: RawSpan, _ dark: MeanDark) {
    guard var filter = ripple else { return }
    ripple = nil
    filter.begin()
    let side = FastCCDGeometry.pictureSide
    var line = [SIMD4<Float>](repeating: .zero, count: side / 4)
    for row in 0..<side {
      var values = line.mutableSpan
      reader.read(
        row,
        0..<side / 4,
        bytes,
        dark: dark.pixels.span,
        levels: overscan.levels.span,
        threshold: -.infinity,
        into: &values
      )
      filter.take(row, values.span, noise: dark.noise, flagged: flagged.places[row])
    }
    filter.finish()
    ripple = filter
  }

  /// Reads one readout row.
  ///
  /// - Parameters:
  ///   - row: The readout row, one of those that `prepare` was told of.
  ///   - vectors: The vectors wanted, a multiple of five on either side.
  ///   - bytes: The raw frame.
  ///   - dark: The mean dark of its exposure time.
  ///   - line: Receives the vectors, ADU.
  @inline(__always)
  func read(
    _ row: Int,
    _ vectors: Range<Int>,
    _ bytes: RawSpan,
    _ dark: MeanDark,
    into line: inout MutableSpan<SIMD4<Float>>
  ) {
    reader.read(
      row,
      vectors,
      bytes,
      dark: dark.pixels.span,
      levels: overscan.levels.span,
      threshold: ripple == nil ? reader.threshold : -.infinity,
      into: &line
    )
    guard let ripple else { return }
    let threshold = SIMD4<Float>(repeating: reader.threshold)
    ripple.subtract(row, vectors, from: &line)
    for i in line.indices { line[i] = line[i].replacing(with: 0, where: line[i] .< threshold) }
  }

  /// The same with another threshold, ADU.
  func reading(threshold: Float) -> FrameCleaning {
    var other = self
    other.reader.threshold = threshold
    return other
  }

  /// The same without levels and ripple: what the dark alone leaves.
  func readingAboveDark() -> FrameCleaning {
    var other = self
    other.subtractsLevels = false
    other.ripple = nil
    return other
  }
}
