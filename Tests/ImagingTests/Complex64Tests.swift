// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Testing

@Suite struct Complex64Tests {
  @Test func multiplicationIsThatOfComplexNumbers() {
    let product = Complex64(1, 2) * Complex64(3, -4)
    #expect(product == Complex64(11, 2))
    #expect(Complex64(0, 1) * Complex64(0, 1) == Complex64(-1, 0))
    #expect(2 * Complex64(1, -3) == Complex64(2, -6))
  }

  @Test func theConjugateGivesTheSquaredModulus() {
    let z = Complex64(3, -4)
    #expect(z * z.conjugate == Complex64(25, 0))
    #expect(z.squaredModulus == 25)
    #expect(z.modulus == 5)
  }

  @Test(arguments: [Float(-3), -1.5, -0.5, 0, 0.5, 1.5, 3])
  func modulusAndPhaseMakeTheNumber(phase: Float) {
    let z = Complex64(modulus: 2, phase: phase)
    #expect(abs(z.modulus - 2) < 1e-6)
    #expect(abs(z.phase - phase) < 1e-6)
  }

  @Test func addingInPlaceIsAdding() {
    var z = Complex64(1, 1)
    z += Complex64(2, -3)
    #expect(z == Complex64(1, 1) + Complex64(2, -3))
    #expect(z - Complex64(2, -3) == .one + Complex64(0, 1))
  }

  @Test func memoryHoldsRealThenImaginary() {
    #expect(MemoryLayout<Complex64>.stride == 8)
    let z = Complex64(1, -2)
    let parts = SharedBytes(copying: [z]).elements(as: Float.self)
    #expect(parts == [1, -2])
  }
}
