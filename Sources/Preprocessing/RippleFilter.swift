// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// Takes periodic pick-up off a frame.
///
/// The readout is a table of samples in time, [sample, channel]: the ten pixels of every lit row,
/// one after the other as they were clocked out, for each of the 192 channels. What repeats with
/// the clock stands out of the noise as single coefficients of the table's Fourier transform. All
/// samples but weak ones are set to zero, coefficients above `limit` times the RMS of the others
/// are kept, slow ones aside, and what they make up is subtracted. After the filter of the
/// cosmiccam software, whose fixed limits in ADU are here multiples of the noise.
struct RippleFilter: Sendable {
  /// Samples of a channel.
  private static let samples = FastCCDGeometry.pictureSide / 2 * FastCCDGeometry.tilePixels
  private static let channels = 2 * FastCCDGeometry.tileCount
  /// Coefficients that turn more slowly are left alone, turns in a frame.
  private static let slowest = 500
  /// Above so many times the RMS a coefficient is pick-up: noise does so once in e³⁶.
  private static let limit: Float = 6
  /// Samples above so many times the noise take no part.
  private static let strongest: Float = 4

  private let plan = FourierPlan2D(
    shape: Shape2D(rows: samples, columns: channels),
    effort: .estimate
  )
  private var table = [Complex64](repeating: .zero, count: samples * channels)
  /// The pick-up, ADU, [readout row, place].
  private var ripple = [Float](repeating: 0, count: samples * channels)
  /// The coefficients that were kept.
  private(set) var count = 0

  /// Starts a new frame.
  mutating func begin() {
    var table = table.mutableSpan
    for i in table.indices { table[i] = .zero }
  }

  /// Takes one readout row, ADU.
  mutating func take(
    _ row: Int,
    _ line: Span<SIMD4<Float>>,
    noise: [Float],
    flagged: [Int32]
  ) {
    for b in 0..<FastCCDGeometry.pictureSide {
      let value = line[b / 4][b % 4]
      let i = Self.index(row, b)
      let half = row < FastCCDGeometry.pictureSide / 2 ? 0 : FastCCDGeometry.tileCount
      let bound = Self.strongest * noise[half + b / FastCCDGeometry.tilePixels]
      table[i].re = abs(value) <= bound ? value : 0
    }
    for b in flagged { table[Self.index(row, Int(b))].re = 0 }
  }

  /// Finds the pick-up of the frame.
  mutating func finish() {
    let plan = plan
    var values = table.mutableSpan
    plan.forward(&values)
    // Strong coefficients raise the RMS that they are judged by: once more without them.
    let first = Self.meanSquare(values.span, below: .infinity)
    let bound = Self.limit * Self.limit * Self.meanSquare(values.span, below: 36 * first)
    var kept = 0
    for i in values.indices {
      let turns = i / Self.channels
      let isSlow = min(turns, Self.samples - turns) < Self.slowest
      let square = values[i].re * values[i].re + values[i].im * values[i].im
      if isSlow || square <= bound { values[i] = .zero } else { kept += 1 }
    }
    if kept > 0 { plan.inverse(&values) }
    let scale = 1 / Float(values.count)
    let side = FastCCDGeometry.pictureSide
    for row in 0..<side {
      for b in 0..<side { ripple[row * side + b] = scale * table[Self.index(row, b)].re }
    }
    count = kept
  }

  /// The mean of the squared moduli below a bound, over all coefficients.
  private static func meanSquare(_ values: Span<Complex64>, below bound: Float) -> Float {
    var total = 0.0
    for i in values.indices {
      let square = values[i].re * values[i].re + values[i].im * values[i].im
      total += square <= bound ? Double(square) : 0
    }
    return Float(total / Double(values.count))
  }

  /// Takes the pick-up off a readout row, of which `line` has the vectors given.
  func subtract(_ row: Int, _ vectors: Range<Int>, from line: inout MutableSpan<SIMD4<Float>>) {
    let start = row * FastCCDGeometry.pictureSide + 4 * vectors.lowerBound
    for i in line.indices {
      for lane in 0..<4 { line[i][lane] -= ripple[start + 4 * i + lane] }
    }
  }

  /// Where a pixel stands in the table: the lower half is read out as the upper one turned by
  /// 180°.
  private static func index(_ row: Int, _ place: Int) -> Int {
    let side = FastCCDGeometry.pictureSide
    let isUpper = row < side / 2
    let (r, b) = isUpper ? (row, place) : (side - 1 - row, side - 1 - place)
    let (tile, pixel) = (b / FastCCDGeometry.tilePixels, b % FastCCDGeometry.tilePixels)
    let channel = (isUpper ? FastCCDGeometry.tileCount : 0) + tile
    return (r * FastCCDGeometry.tilePixels + pixel) * channels + channel
  }
}
