// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import Testing

@Suite struct PolarCompositionTests {
  let relation = PolarComposition(matrix: ChemistryParameters().matrix)

  // The pure phases, and the two published centres of the histogram (Yu et al. 2018).
  @Test(arguments: [(1.0, 24.8), (0.93, 27.5), (0.02, 65.0), (0.0, 65.8)])
  func knownCompositionsLieAtKnownAngles(composition: Double, angle: Double) {
    #expect(abs(relation.angle(ofComposition: composition) - angle) < 0.05)
    #expect(abs(relation.composition(atAngle: angle) - composition) < 0.002)
  }

  @Test(arguments: [0.0, 0.1, 0.3, 0.5, 0.8, 1.0])
  func angleAndCompositionUndoEachOther(composition: Double) {
    let angle = relation.angle(ofComposition: composition)
    #expect(abs(relation.composition(atAngle: angle) - composition) < 1e-12)
  }

  @Test func widthsPropagateByTheSlopeOfTheRelation() {
    let step = 1e-4
    let slope =
      (relation.composition(atAngle: 40 + step) - relation.composition(atAngle: 40 - step))
      / (2 * step)
    #expect(abs(relation.compositionWidth(ofAngleWidth: 1, atAngle: 40) + slope) < 1e-7)
  }

  @Test(arguments: [0.95, 0.5, 0.1])
  func errorsPropagateAsManyNoisyVoxelsScatter(composition: Double) {
    let angle = relation.angle(ofComposition: composition) * .pi / 180
    let (first, second) = (0.08 * cosine(angle), 0.08 * sine(angle))
    let noise = OpticalDensityNoise(first: 0.002, second: 0.003)
    var generator = SeededGenerator(seed: 11)
    var sum = 0.0
    var squares = 0.0
    let count = 20_000
    for _ in 0..<count {
      let value =
        relation.composition(
          first: first + noise.first * generator.normal(),
          second: second + noise.second * generator.normal()
        ) ?? .nan
      sum += value
      squares += value * value
    }
    let mean = sum / Double(count)
    let scatter = (squares / Double(count) - mean * mean).squareRoot()
    let predicted = relation.compositionError(first: first, second: second, noise: noise)
    // The scatter of 20 000 draws is known to 0.5 %; the rest is the noise's own square.
    #expect(abs(scatter / predicted - 1) < 0.03)
  }

  @Test func vacuumHasNoComposition() {
    #expect(relation.composition(first: 0, second: 0) == nil)
    #expect(relation.composition(first: -0.1, second: -0.1) == nil)
    #expect(relation.composition(atAngle: 225).isNaN)
  }
}
