// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// Finds the plane wave that two-dimensional data holds most of.
///
/// Maximises |Σ p(r, c) exp(−i (u r + v c))|² over u and v: the highest pixel of the discrete
/// transform, then Newton's steps on the continuous one, which is the limit of what upsampling it
/// finds (Guizar-Sicairos, Thurman and Fienup, Opt. Lett. 33, 156 (2008),
/// doi 10.1364/OL.33.000156).
struct PhasorSum {
  /// The data, row after row.
  let values: [Complex64]
  /// The coordinate of each row.
  let rows: [Double]
  /// The coordinate of each column.
  let columns: [Double]

  /// A plane wave, radians per unit of the coordinates.
  struct Wave {
    var rows: Double
    var columns: Double
  }

  /// The wave of the highest pixel of the discrete transform, and its refinement.
  ///
  /// The coordinates must be one apart and may wrap around once, as those of a transform do.
  func strongestWave() -> Wave {
    let shape = Shape2D(rows: rows.count, columns: columns.count)
    var transform = values
    var span = transform.mutableSpan
    FourierPlan2D(shape: shape, effort: .estimate).forward(&span)
    var (best, highest) = (0, Float(-1))
    for i in transform.indices where transform[i].squaredModulus > highest {
      (best, highest) = (i, transform[i].squaredModulus)
    }
    let start = Wave(
      rows: Self.angle(best / shape.columns, of: shape.rows),
      columns: Self.angle(best % shape.columns, of: shape.columns)
    )
    return refined(start)
  }

  /// Refines a wave that is less than half a pixel of the discrete transform away.
  func refined(_ start: Wave) -> Wave {
    var wave = start
    let limit = (rows: Double.pi / Double(rows.count), columns: Double.pi / Double(columns.count))
    for _ in 0..<12 {
      let step = newtonStep(at: wave)
      let down = min(max(step.rows, -limit.rows), limit.rows)
      let right = min(max(step.columns, -limit.columns), limit.columns)
      wave = Wave(rows: wave.rows + down, columns: wave.columns + right)
      if abs(down) < 1e-4 * limit.rows, abs(right) < 1e-4 * limit.columns { break }
    }
    return wave
  }

  private static func angle(_ index: Int, of count: Int) -> Double {
    let signed = index <= count / 2 ? index : index - count
    return 2 * .pi * Double(signed) / Double(count)
  }

  private func newtonStep(at wave: Wave) -> Wave {
    let sums = self.sums(at: wave)
    func product(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double { (a * b).sum() }
    let (s, r, c) = (sums.value, sums.byRow, sums.byColumn)
    let power = product(s, s)
    guard power > 0 else { return Wave(rows: 0, columns: 0) }
    // Of log |S|², halved, which bends downwards all over the peak, as |S|² itself does not.
    let slope = SIMD2(product(s, r), product(s, c)) / power
    let bend = (
      rr: (product(r, r) + product(s, sums.byRowTwice)) / power - 2 * slope.x * slope.x,
      rc: (product(r, c) + product(s, sums.byBoth)) / power - 2 * slope.x * slope.y,
      cc: (product(c, c) + product(s, sums.byColumnTwice)) / power - 2 * slope.y * slope.y
    )
    let determinant = bend.rr * bend.cc - bend.rc * bend.rc
    guard bend.rr < 0, bend.cc < 0, determinant > 0 else { return Wave(rows: 0, columns: 0) }
    return Wave(
      rows: -(bend.cc * slope.x - bend.rc * slope.y) / determinant,
      columns: -(bend.rr * slope.y - bend.rc * slope.x) / determinant
    )
  }

  /// S = Σ p exp(−i (u r + v c)) as (re, im), and its derivatives by u and v.
  private struct Sums {
    var value = SIMD2<Double>.zero
    var byRow = SIMD2<Double>.zero
    var byColumn = SIMD2<Double>.zero
    var byRowTwice = SIMD2<Double>.zero
    var byBoth = SIMD2<Double>.zero
    var byColumnTwice = SIMD2<Double>.zero
  }

  private func sums(at wave: Wave) -> Sums {
    let right = columns.map { SIMD2(cosine(wave.columns * $0), -sine(wave.columns * $0)) }
    var sums = Sums()
    var i = 0
    for r in rows {
      // Σ over the row of p, p c and p c², each times the phasor of its column.
      var (zeroth, first, second) = (SIMD2<Double>.zero, SIMD2<Double>.zero, SIMD2<Double>.zero)
      for (c, phasor) in zip(columns, right) {
        let term = Self.times(SIMD2(Double(values[i].re), Double(values[i].im)), phasor)
        zeroth += term
        first += c * term
        second += c * c * term
        i += 1
      }
      let down = SIMD2(cosine(wave.rows * r), -sine(wave.rows * r))
      zeroth = Self.times(zeroth, down)
      first = Self.times(first, down)
      second = Self.times(second, down)
      sums.value += zeroth
      sums.byRow += r * Self.timesMinusI(zeroth)
      sums.byColumn += Self.timesMinusI(first)
      sums.byRowTwice -= r * r * zeroth
      sums.byBoth -= r * first
      sums.byColumnTwice -= second
    }
    return sums
  }

  private static func times(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> SIMD2<Double> {
    SIMD2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x)
  }

  private static func timesMinusI(_ a: SIMD2<Double>) -> SIMD2<Double> { SIMD2(a.y, -a.x) }
}
