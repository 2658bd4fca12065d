// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Registration
import Testing

@Suite struct ShiftEstimatorTests {
  /// Four blobs of different size, displaced, under a fixed pattern that differs with `phase`.
  func scene(_ shift: PixelShift, phase: Double, amplitude: Double = 0.05) -> Image {
    let blobs = [
      (1.0, 20.0, 25.0, 3.0), (0.7, 27, 33, 2), (0.5, 24, 22, 4), (0.9, 30, 28, 1.8),
    ]
    var image = Image(shape: Shape2D(rows: 48, columns: 56))
    for row in 0..<48 {
      for column in 0..<56 {
        let (r, c) = (Double(row), Double(column))
        var value = 0.0
        for (height, y, x, width) in blobs {
          let (dy, dx) = (r - y - shift.rows, c - x - shift.columns)
          value += height * exponential(-(dy * dy + dx * dx) / (2 * width * width))
        }
        value += amplitude * sine(1.7 * r * r + 2.3 * c * (1 + phase) + 0.9 * r * c + phase)
        image[row, column] = Float(value)
      }
    }
    return image
  }

  /// From scikit-image 0.26, phase_cross_correlation(scene at 0 with phase 0, the scene with
  /// phase 1, normalization=None, upsample_factor=100) on these same formulas.
  @Test(arguments: [
    (PixelShift(rows: 2.3, columns: -4.6), PixelShift(rows: -2.34, columns: 4.62)),
    (PixelShift(rows: -3.75, columns: 1.2), PixelShift(rows: 3.73, columns: -1.2)),
    (PixelShift(rows: 0.4, columns: 0.1), PixelShift(rows: -0.42, columns: -0.08)),
  ])
  func shiftsAreThoseOfAnUnnormalisedUpsampledCorrelation(
    displacement: PixelShift,
    reference: PixelShift
  ) {
    let estimate = estimateShift(of: scene(displacement, phase: 1), onto: scene(.zero, phase: 0))
    #expect(abs(estimate.shift.rows - reference.rows) < 0.05)
    #expect(abs(estimate.shift.columns - reference.columns) < 0.05)
    #expect(estimate.confidence > 0.9)
  }

  @Test(arguments: [(0.0, 0.0), (0.25, -0.5), (7.4, 3.1), (-15.6, 18.2)])
  func cleanImagesAreLaidOntoEachOtherExactly(rows: Double, columns: Double) {
    let image = scene(PixelShift(rows: rows / 2, columns: columns / 2), phase: 0, amplitude: 0)
    let reference = scene(
      PixelShift(rows: -rows / 2, columns: -columns / 2),
      phase: 0,
      amplitude: 0
    )
    let estimate = estimateShift(of: image, onto: reference)
    #expect(abs(estimate.shift.rows + rows) < 0.02)
    #expect(abs(estimate.shift.columns + columns) < 0.02)
    #expect(estimate.confidence > 0.99)
    let moved = transformed(image, by: SimilarityTransform(shift: estimate.shift))
    let worst = zip(moved.values, reference.values).map { abs($0 - $1) }.max() ?? 1
    #expect(worst < 0.05)
  }

  @Test func theFactorOnTheReferenceIsFound() {
    var image = scene(PixelShift(rows: 1.4, columns: -2.2), phase: 0, amplitude: 0)
    for i in image.values.indices { image.values[i] *= 2.5 }
    let estimate = estimateShift(of: image, onto: scene(.zero, phase: 0, amplitude: 0))
    #expect(abs(estimate.scale - 2.5) < 0.01)
    #expect(abs(estimate.shift.columns - 2.2) < 0.02)
  }

  @Test func onlyLitPixelsAreJudged() {
    // The left third of the image is unlit and holds nonsense.
    var image = scene(PixelShift(rows: -2.6, columns: 3.3), phase: 0, amplitude: 0)
    var weights = Image(shape: image.shape, filledWith: 1)
    for row in 0..<48 {
      for column in 0..<26 {
        image[row, column] = 50
        weights[row, column] = 0
      }
    }
    let estimate = estimateShift(
      of: image,
      onto: scene(.zero, phase: 0, amplitude: 0),
      weights: weights
    )
    #expect(abs(estimate.shift.rows - 2.6) < 0.02)
    #expect(abs(estimate.shift.columns + 3.3) < 0.02)
  }

  @Test func theStandardErrorIsTheScatterUnderNoise() {
    var random = SeededGenerator(seed: 11)
    let truth = PixelShift(rows: 0.6, columns: -1.3)
    let clean = scene(truth, phase: 0, amplitude: 0)
    let reference = scene(.zero, phase: 0, amplitude: 0)
    let estimator = ShiftEstimator(shape: clean.shape)
    let weights = Image(shape: clean.shape, filledWith: 1)
    var (squares, claimed) = (0.0, 0.0)
    for _ in 0..<60 {
      var noisy = clean
      for i in noisy.values.indices { noisy.values[i] += Float(0.1 * random.normal()) }
      let estimate = estimator.shift(of: noisy, weights: weights, onto: reference)
      let error = estimate.shift + truth
      squares += error.rows * error.rows + error.columns * error.columns
      let claim = estimate.standardError
      claimed += claim.rows * claim.rows + claim.columns * claim.columns
    }
    #expect(squares / claimed > 0.6 && squares / claimed < 1.6)
  }

  @Test func nothingInCommonHasNoConfidence() {
    var random = SeededGenerator(seed: 2)
    var noise = Image(shape: Shape2D(rows: 48, columns: 56))
    for i in noise.values.indices { noise.values[i] = Float(random.normal()) }
    let reference = scene(.zero, phase: 0, amplitude: 0)
    #expect(estimateShift(of: noise, onto: reference).confidence < 0.3)
    let empty = Image(shape: noise.shape)
    #expect(estimateShift(of: empty, onto: reference).confidence == 0)
    #expect(estimateShift(of: noise, onto: empty).confidence == 0)
  }
}
