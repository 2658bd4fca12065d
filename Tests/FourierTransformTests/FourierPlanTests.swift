// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging
import Testing

@Suite struct FourierPlanTests {
  static let shapes = [
    Shape2D(square: 32), Shape2D(rows: 12, columns: 20), Shape2D(rows: 9, columns: 15),
  ]

  private func randomImage(_ shape: Shape2D, seed: UInt64 = 1) -> ComplexImage {
    var generator = SeededGenerator(seed: seed)
    return ComplexImage(
      shape: shape,
      values: (0..<shape.count).map { _ in
        Complex64(Float(generator.normal()), Float(generator.normal()))
      }
    )
  }

  @Test(arguments: shapes)
  func unitaryTransformKeepsTheSquaredNorm(shape: Shape2D) {
    var image = randomImage(shape)
    let before = squaredNorm(image.values.span)
    FourierPlan2D(shape: shape, effort: .estimate).forwardUnitary(&image)
    #expect(abs(squaredNorm(image.values.span) / before - 1) < 1e-5)
  }

  @Test(arguments: shapes)
  func inverseUndoesForward(shape: Shape2D) {
    let original = randomImage(shape)
    var image = original
    let plan = FourierPlan2D(shape: shape, effort: .estimate)
    plan.forwardUnitary(&image)
    plan.inverseUnitary(&image)
    for (a, b) in zip(image.values, original.values) { #expect((a - b).modulus < 1e-5) }
  }

  @Test(arguments: shapes)
  func inverseIsTheAdjointOfForward(shape: Shape2D) {
    let plan = FourierPlan2D(shape: shape, effort: .estimate)
    let (a, b) = (randomImage(shape), randomImage(shape, seed: 2))
    var far = a
    plan.forwardUnitary(&far)
    var near = b
    plan.inverseUnitary(&near)
    func product(_ x: ComplexImage, _ y: ComplexImage) -> Complex64 {
      var sum = Complex64.zero
      for (x, y) in zip(x.values, y.values) { sum += x.conjugate * y }
      return sum
    }
    let norm = Float(shape.count).squareRoot()
    #expect((product(far, b) - product(a, near)).modulus < 1e-4 * norm)
  }

  @Test func threeDimensionalTransformKeepsTheSquaredNormAndComesBack() {
    let original = randomImage(Shape2D(rows: 30, columns: 14)).values
    let count = Float(original.count)
    let plan = FourierPlan3D(sizes: [5, 6, 14])
    var values = original
    var span = values.mutableSpan
    plan.forward(&span)
    #expect(abs(squaredNorm(values.span) / squaredNorm(original.span) / Double(count) - 1) < 1e-5)
    var back = values.mutableSpan
    plan.inverse(&back)
    for (a, b) in zip(values, original) { #expect(((1 / count) * a - b).modulus < 1e-5) }
  }

  @Test func forwardHasTheMinusSignAndDCAtTheCorner() {
    // exp(+2πi (2 r / 8 + 3 c / 16)) must fall on [2, 3] alone.
    let shape = Shape2D(rows: 8, columns: 16)
    var image = ComplexImage(shape: shape)
    for row in 0..<8 {
      for column in 0..<16 {
        let phase = 2 * Float.pi * (2 * Float(row) / 8 + 3 * Float(column) / 16)
        image[row, column] = Complex64(modulus: 1, phase: phase)
      }
    }
    FourierPlan2D(shape: shape, effort: .estimate).forwardUnitary(&image)
    #expect((image[2, 3] - Complex64(Float(128).squareRoot())).modulus < 1e-4)
    image[2, 3] = .zero
    #expect(squaredNorm(image.values.span) < 1e-8)
  }

  @Test func arraysThatBeginAnywhereAreTransformedToo() {
    let shape = Shape2D(square: 8)
    let image = randomImage(shape)
    let plan = FourierPlan2D(shape: shape, effort: .estimate)
    var aligned = image.values
    var alignedSpan = aligned.mutableSpan
    plan.forward(&alignedSpan)
    var shifted = ([Complex64.zero] + image.values)[1...]
    var shiftedSpan = shifted.mutableSpan
    plan.forward(&shiftedSpan)
    #expect(Array(shifted) == aligned)
  }

  @Test func patientPlansGiveTheSameTransform() {
    let shape = Shape2D(square: 16)
    let image = randomImage(shape)
    var quick = image
    var patient = image
    FourierPlan2D(shape: shape, effort: .estimate).forwardUnitary(&quick)
    FourierPlan2D(shape: shape, effort: .patient).forwardUnitary(&patient)
    for (a, b) in zip(quick.values, patient.values) { #expect((a - b).modulus < 1e-5) }
  }

  @Test func threeDimensionalTransformOfAPlaneWaveIsOnePoint() {
    let sizes = [4, 6, 8]
    var values: [Complex64] = []
    for i in 0..<4 {
      for j in 0..<6 {
        for k in 0..<8 {
          let turns = Float(i) / 4 + 2 * Float(j) / 6 + 3 * Float(k) / 8
          values.append(Complex64(modulus: 1, phase: 2 * .pi * turns))
        }
      }
    }
    var span = values.mutableSpan
    FourierPlan3D(sizes: sizes).forward(&span)
    #expect((values[(1 * 6 + 2) * 8 + 3] - Complex64(192)).modulus < 1e-3)
    #expect(abs(squaredNorm(values.span) / (192 * 192) - 1) < 1e-5)
  }
}
