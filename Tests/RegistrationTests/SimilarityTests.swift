// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Registration
import Testing

@Suite struct SimilarityTests {
  /// What an image went through, and what lays it back by pystackreg 0.2.8, SCALED_ROTATION
  /// (Tests/References/registration.py): rows, columns, degrees, scale.
  struct Case: Sendable {
    var done: (Double, Double, Double, Double)
    var back: (Double, Double, Double, Double)
  }

  static let cases = [
    Case(done: (2.3, -1.7, 1.2, 1.01), back: (-2.3121, 1.6350, -1.1999, 0.99011)),
    Case(done: (-0.8, 0.6, -2.0, 0.985), back: (0.7904, -0.6369, 1.9973, 1.01524)),
  ]

  func transform(_ numbers: (Double, Double, Double, Double)) -> SimilarityTransform {
    SimilarityTransform(
      shift: PixelShift(rows: numbers.0, columns: numbers.1),
      rotation: numbers.2 * .pi / 180,
      scale: numbers.3
    )
  }

  /// The farthest that two transforms take a corner of the image apart, pixels.
  func distance(_ a: SimilarityTransform, _ b: SimilarityTransform) -> Double {
    [(-23.5, -27.5), (-23.5, 27.5), (23.5, -27.5), (23.5, 27.5)].map { rows, columns in
      let corner = PixelShift(rows: rows, columns: columns)
      let way = a.applied(to: corner) - b.applied(to: corner)
      return (way.rows * way.rows + way.columns * way.columns).squareRoot()
    }.max() ?? .infinity
  }

  @Test(arguments: cases.indices)
  func whatLaysAnImageBackIsThatOfStackReg(number: Int) {
    let done = transform(Self.cases[number].done)
    let estimate = gaussNewtonSimilarity(
      of: blobScene(done),
      weights: Image(shape: Shape2D(rows: 48, columns: 56), filledWith: 1),
      onto: blobScene(),
      steps: 20
    )
    #expect(distance(estimate.transform, done.inverse) < 0.03)
    #expect(distance(estimate.transform, transform(Self.cases[number].back)) < 0.04)
    #expect(estimate.confidence > 0.999)
  }

  /// From scikit-image 0.26, phase_cross_correlation(scene, displaced scene, normalization=None,
  /// upsample_factor=100) on the same formulas (Tests/References/registration.py).
  @Test(arguments: [
    (PixelShift(rows: 2.3, columns: -4.6), PixelShift(rows: -2.30, columns: 4.60)),
    (PixelShift(rows: -3.75, columns: 1.2), PixelShift(rows: 3.75, columns: -1.20)),
    (PixelShift(rows: 0.4, columns: 0.1), PixelShift(rows: -0.40, columns: -0.10)),
    (PixelShift(rows: 5.13, columns: 2.87), PixelShift(rows: -5.13, columns: -2.87)),
  ])
  func cleanShiftsAreThoseOfAnUpsampledCorrelation(done: PixelShift, oracle: PixelShift) {
    let estimate = estimateShift(
      of: blobScene(SimilarityTransform(shift: done)),
      onto: blobScene()
    )
    #expect(abs(estimate.shift.rows - oracle.rows) < 0.02)
    #expect(abs(estimate.shift.columns - oracle.columns) < 0.02)
  }

  @Test func anInverseUndoesAndASequenceIsBothInTurn() {
    let (a, b) = (transform(Self.cases[0].done), transform(Self.cases[1].done))
    #expect(distance(a.followed(by: a.inverse), .identity) < 1e-12)
    let point = PixelShift(rows: 3, columns: -11)
    let twice = b.applied(to: a.applied(to: point))
    let once = a.followed(by: b).applied(to: point)
    #expect(abs(twice.rows - once.rows) < 1e-12 && abs(twice.columns - once.columns) < 1e-12)
  }

  /// A quarter turn takes what is on the right to below: +x towards +y.
  @Test func aPositiveTurnTakesRightToBelow() {
    var image = Image(shape: Shape2D(square: 9))
    image[4, 7] = 1
    let turned = transformed(image, by: SimilarityTransform(rotation: .pi / 2))
    #expect(abs(turned[7, 4] - 1) < 1e-5)
    #expect(abs(turned.values.reduce(0, +) - 1) < 1e-4)
  }

  @Test(arguments: [(Interpolation.cubic, Float(0.01)), (.linear, Float(0.05))])
  func aTransformedImageIsTheTransformedFormula(interpolation: Interpolation, bound: Float) {
    let done = transform(Self.cases[0].done)
    let image = transformed(blobScene(), by: done, interpolation: interpolation)
    let worst = zip(image.values, blobScene(done).values).map { abs($0 - $1) }.max() ?? 1
    #expect(worst < bound, "\(worst)")
  }

  /// A density that is the same everywhere, such as a film's, pulls nothing and is found.
  @Test func anOffsetIsFoundBesideTheFactor() {
    var image = blobScene(SimilarityTransform(shift: PixelShift(rows: 1.3, columns: -0.7)))
    for i in image.values.indices { image.values[i] = 0.4 * image.values[i] + 2 }
    var weights = Image(shape: image.shape, filledWith: 1)
    for row in 0..<48 { for column in 0..<18 { weights[row, column] = 0 } }
    let estimate = gaussNewtonSimilarity(
      of: image,
      weights: weights,
      onto: blobScene(),
      freedom: .shift,
      steps: 20
    )
    #expect(abs(estimate.offset - 2) < 0.002 && abs(estimate.factor - 0.4) < 0.002)
    #expect(abs(estimate.transform.shift.rows + 1.3) < 0.02)
    #expect(abs(estimate.transform.shift.columns - 0.7) < 0.02)
  }

  @Test func theErrorsOfTurnAndScaleAreTheirScatterUnderNoise() {
    var random = SeededGenerator(seed: 4)
    let weights = Image(shape: Shape2D(rows: 48, columns: 56), filledWith: 1)
    let reference = blobScene()
    var (turns, growths, claimedTurn, claimedGrowth) = (0.0, 0.0, 0.0, 0.0)
    for _ in 0..<60 {
      var noisy = reference
      for i in noisy.values.indices { noisy.values[i] += Float(0.05 * random.normal()) }
      let estimate = gaussNewtonSimilarity(of: noisy, weights: weights, onto: reference, steps: 12)
      turns += estimate.transform.rotation * estimate.transform.rotation
      growths += (estimate.transform.scale - 1) * (estimate.transform.scale - 1)
      claimedTurn += estimate.rotationError * estimate.rotationError
      claimedGrowth += estimate.scaleError * estimate.scaleError
    }
    #expect(turns / claimedTurn > 0.6 && turns / claimedTurn < 1.6, "\(turns / claimedTurn)")
    let growth = growths / claimedGrowth
    #expect(growth > 0.6 && growth < 1.6, "\(growth)")
  }
}
