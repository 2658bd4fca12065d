// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import TestSupport
import Testing

@Suite struct ArithmeticTests {
  /// Lengths that fill the lanes and that do not.
  static let counts = [0, 1, 3, 4, 7, 64, 101]

  @Test(arguments: counts)
  func sumsDoNotDependOnTheLanes(count: Int) {
    let x = Phantoms.noise(count: count, seed: 1)
    let y = Phantoms.noise(count: count, seed: 2)
    let total = x.reduce(0.0) { $0 + Double($1) }
    let product = zip(x, y).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let (ours, ourProduct) = (sum(x.span), innerProduct(x.span, y.span))
    #expect(abs(ours - total) < 1e-10)
    #expect(abs(ourProduct - product) < 1e-10)
  }

  @Test(arguments: counts)
  func theNormOfComplexNumbersIsThatOfTheirParts(count: Int) {
    let x = Phantoms.noise(count: count, seed: 3)
    let y = Phantoms.noise(count: count, seed: 4)
    let z = zip(x, y).map { Complex64($0, $1) }
    let expected = innerProduct(x.span, x.span) + innerProduct(y.span, y.span)
    let norm = squaredNorm(z.span)
    #expect(abs(norm - expected) < 1e-5)
  }

  @Test func addingAndScalingActOnEveryElement() {
    let x: [Float] = [1, 2, 3, 4, 5]
    var y: [Float] = [10, 20, 30, 40, 50]
    var span = y.mutableSpan
    addScaled(x.span, by: 2, to: &span)
    scale(&span, by: 0.5)
    #expect(y == [6, 12, 18, 24, 30])
  }

  @Test func sumsOfManySmallNumbersLoseNothing() {
    let x = [Float](repeating: 0.1, count: 10_000_000)
    let total = sum(x.span)
    #expect(abs(total / (1e7 * Double(Float(0.1))) - 1) < 1e-12)
  }
}
