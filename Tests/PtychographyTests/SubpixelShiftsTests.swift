// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging
import Ptychography
import TestSupport
import Testing

/// Moving by fractions of a pixel, against sums of plane waves and as a pair of adjoints.
@Suite struct SubpixelShiftsTests {
  private static let steps = 4

  private static func noise(_ shape: Shape2D, seed: UInt64) -> ComplexImage {
    let re = Phantoms.noise(count: shape.count, seed: seed)
    let im = Phantoms.noise(count: shape.count, seed: seed + 100)
    return ComplexImage(shape: shape, values: zip(re, im).map { Complex64($0, $1) })
  }

  private static func shifts(_ shape: Shape2D) -> SubpixelShifts {
    SubpixelShifts(
      steps: steps,
      transform: FourierPlan2D(shape: shape, effort: .estimate).blocked
    )
  }

  private static func inner(_ a: [Complex64], _ b: [Complex64]) -> (re: Double, im: Double) {
    zip(a, b).reduce((0, 0)) { sum, pair in
      let term = pair.0.conjugate * pair.1
      return (sum.0 + Double(term.re), sum.1 + Double(term.im))
    }
  }

  private static func elements(_ array: AlignedArray<Complex64>) -> [Complex64] {
    let span = array.span
    return span.indices.map { span[$0] }
  }

  /// Σ_slots <copy of P at the slot, Y_slot> = <P, gathered Y>, for two modes at a time.
  @Test(arguments: [(16, 16), (12, 20), (15, 18)], [[0], [5], [0, 1, 2, 7, 12, 15]])
  func gatheringIsTheAdjointOfCopying(extent: (Int, Int), slots: [Int]) {
    let shape = Shape2D(rows: extent.0, columns: extent.1)
    let shifts = Self.shifts(shape)
    var room = SubpixelShifts.Room(shifts)
    let modes = [Self.noise(shape, seed: 1), Self.noise(shape, seed: 2)]
    var copies = slots.map { _ in AlignedArray<Complex64>() }
    shifts.makeCopies(of: modes, at: slots, &copies, &room)
    var images = [AlignedArray<Complex64>](repeating: AlignedArray(), count: 16)
    for (k, slot) in slots.enumerated() {
      let values = (0..<2).flatMap { Self.noise(shape, seed: UInt64(10 + 2 * k + $0)).values }
      images[slot] = AlignedArray(values)
    }
    for mode in 0..<2 {
      let pixels = mode * shape.count..<(mode + 1) * shape.count
      var left = (re: 0.0, im: 0.0)
      for (k, slot) in slots.enumerated() {
        let term = Self.inner(
          Array(Self.elements(copies[k])[pixels]),
          Array(Self.elements(images[slot])[pixels])
        )
        left = (left.re + term.re, left.im + term.im)
      }
      let gathered = shifts.gather(images, from: pixels.lowerBound, &room)
      let right = Self.inner(modes[mode].values, gathered.values)
      let size = Double(shape.count).squareRoot() * Double(slots.count)
      #expect(abs(left.re - right.re) < 1e-4 * size && abs(left.im - right.im) < 1e-4 * size)
    }
  }

  /// A plane wave moved by d pixels is the wave times exp(−2πi k d / n).
  @Test func aPlaneWaveMovesByItsPhase() {
    let shape = Shape2D(rows: 16, columns: 12)
    let (rowFrequency, columnFrequency) = (3.0, -2.0)
    let angle = { (row: Double, column: Double) in
      2 * Double.pi * (rowFrequency * row / 16 + columnFrequency * column / 12)
    }
    var wave = ComplexImage(shape: shape)
    for row in 0..<16 {
      for column in 0..<12 {
        wave[row, column] = Complex64(
          modulus: 1,
          phase: Float(angle(Double(row), Double(column)))
        )
      }
    }
    let shifts = Self.shifts(shape)
    var room = SubpixelShifts.Room(shifts)
    // Three quarters of a pixel down, one quarter to the right.
    var copies = [AlignedArray(repeating: Complex64.one, count: shape.count)]
    shifts.makeCopies(of: [wave], at: [3 * Self.steps + 1], &copies, &room)
    let moved = Self.elements(copies[0])
    var worst: Float = 0
    for row in 0..<16 {
      for column in 0..<12 {
        let expected = Complex64(
          modulus: 1,
          phase: Float(angle(Double(row) - 0.75, Double(column) - 0.25))
        )
        worst = max(worst, (moved[row * 12 + column] - expected).modulus)
      }
    }
    #expect(worst < 1e-5)
  }

  @Test func theRampOfAShiftIsRealAtTheNyquistFrequency() {
    let ramp = shiftRamp(8, by: 0.25)
    let back = shiftRamp(8, by: -0.25)
    for k in 0..<8 { #expect((ramp[k].conjugate - back[k]).modulus < 1e-6) }
    #expect(ramp[0] == .one && ramp[4].im == 0)
    // Towards larger indices: exp(−2πi k shift / n).
    #expect(abs(ramp[1].phase + 2 * Float.pi * 0.25 / 8) < 1e-6)
  }
}
