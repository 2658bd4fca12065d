// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Testing

@Suite struct AmplitudeEstimationTests {
  /// The mean amplitude of speckle of mean m is √(πm)/2.
  ///
  /// Counted with probability t it gives n photons with probability (mt)ⁿ/(1 + mt)ⁿ⁺¹. At 0.4
  /// counts the plain root falls short by 42 %.
  @Test(arguments: [(0.5, 1.0), (20, 0.02), (100, 0.015), (50, 1)])
  func theMeanAmplitudeOfSpeckleIsKept(mean: Double, part: Double) {
    let side = 256
    var generator = SeededGenerator(seed: 11)
    let p = mean * part / (1 + mean * part)
    let counted = (0..<side * side).map { _ in
      Float((naturalLogarithm(1 - generator.uniform()) / naturalLogarithm(p)).rounded(.down))
    }
    let sensitivity = [Float](repeating: Float(part), count: side * side)
    let truth = (Double.pi * mean).squareRoot() / 2
    func bias(_ estimate: AmplitudeEstimate) -> Double {
      var estimation = AmplitudeEstimation(side: side, estimate: estimate)
      let image = estimation.amplitudes(counted.span, sensitivity.span)
      return sum(image.values.span) / Double(side * side) / truth - 1
    }
    #expect(abs(bias(.posteriorMean)) < 0.08)
    #expect(abs(bias(.posteriorMean)) <= abs(bias(.squareRoot)) + 0.01)
  }

  @Test func manyCountsHaveTheirPlainRoot() {
    let counted = [Float](repeating: 10_000, count: 64)
    let sensitivity = [Float](repeating: 0.25, count: 64)
    var estimation = AmplitudeEstimation(side: 8, estimate: .posteriorMean)
    let image = estimation.amplitudes(counted.span, sensitivity.span)
    #expect(image.values.allSatisfy { abs($0 - 200) < 0.01 })
  }

  @Test func negativeCountsAreEmptyAndUnmeasuredOnesNegative() {
    var counted = [Float](repeating: -3, count: 64)
    counted[5] = 16
    var sensitivity = [Float](repeating: 1, count: 64)
    sensitivity[9] = 0
    var estimation = AmplitudeEstimation(side: 8, estimate: .squareRoot)
    let image = estimation.amplitudes(counted.span, sensitivity.span)
    #expect(image.values[0] == 0)
    #expect(image.values[5] == 4)
    #expect(image.values[9] == -1)
  }
}
