// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging
import ResolutionMetrics
import Testing

@Suite struct ObjectAlignmentTests {
  private static let side = 160
  private static let region = PixelRegion(rows: 30..<126, columns: 24..<136)

  /// A sample of absorbing and delaying matter in vacuum, nothing finer than 3.3 pixels.
  private static func object() -> ComplexImage {
    let matter = FourierNoise.complex(shape: Shape2D(square: side), seed: 7) { frequency in
      frequency < 0.3 ? 1 / (0.02 + frequency) : 0
    }
    let largest = matter.values.map { abs($0.re) }.max() ?? 1
    return ComplexImage(
      shape: matter.shape,
      values: matter.values.map { value in
        let density = 0.7 * max(value.re / largest, 0)
        return Complex64(modulus: exponential(-density / 2), phase: -0.4 * density)
      }
    )
  }

  /// The same object as another reconstruction might have it.
  private static func altered(
    _ object: ComplexImage,
    shift: (rows: Double, columns: Double),
    ramp: (rows: Double, columns: Double)
  ) -> ComplexImage {
    var image = object
    FourierNoise.multiply(&image) { row, column in
      Complex64(
        modulus: 1.3,
        phase: Float(-2 * .pi * (row * shift.rows + column * shift.columns) + 0.7)
      )
    }
    for row in 0..<side {
      for column in 0..<side {
        let phase = ramp.rows * Double(row) + ramp.columns * Double(column)
        image[row, column] = Complex64(modulus: 1, phase: Float(phase)) * image[row, column]
      }
    }
    return image
  }

  private static func noisy(_ image: ComplexImage, seed: UInt64, by deviation: Float)
    -> ComplexImage
  {
    let noise = FourierNoise.complex(shape: image.shape, seed: seed)
    return ComplexImage(
      shape: image.shape,
      values: zip(image.values, noise.values).map { $0 + deviation * $1 }
    )
  }

  @Test(arguments: [
    (shift: (rows: 0.0, columns: 0.0), ramp: (rows: 0.0, columns: 0.0)),
    (shift: (rows: 1.37, columns: -2.61), ramp: (rows: 0.05, columns: -0.03)),
    (shift: (rows: -0.5, columns: 0.25), ramp: (rows: -0.31, columns: 0.4)),
    (shift: (rows: 7.2, columns: 5.9), ramp: (rows: 0.011, columns: 0.007)),
  ])
  func shiftAndRampAreFoundInNoise(
    shift: (rows: Double, columns: Double),
    ramp: (rows: Double, columns: Double)
  ) {
    let object = Self.object()
    let other = Self.altered(object, shift: shift, ramp: ramp)
    let alignment = ObjectAlignment(
      of: Self.noisy(other, seed: 2, by: 0.02),
      onto: Self.noisy(object, seed: 1, by: 0.02),
      in: Self.region
    )
    #expect(abs(alignment.shiftRows - shift.rows) < 0.03)
    #expect(abs(alignment.shiftColumns - shift.columns) < 0.03)
    #expect(abs(alignment.rampRows - ramp.rows) < 3e-4)
    #expect(abs(alignment.rampColumns - ramp.columns) < 3e-4)
  }

  @Test func objectsThatDifferOnlyByTheirGaugeAgree() {
    let object = Self.object()
    let other = Self.altered(object, shift: (1.37, -2.61), ramp: (0.05, -0.03))
    let correlation = RingCorrelation(objects: object, other, in: Self.region)
    let within = correlation.rings.filter { $0.frequency < 0.28 }
    #expect(within.allSatisfy { $0.correlation > 0.98 })
    // Laid on one another without alignment they do not.
    let crude = RingCorrelation(object, other)
    #expect(crude.resolution(threshold: .fixed(0.5)).frequency < 0.15)
  }

  /// Whatever the gauge, the same noise gives the same resolution.
  @Test func theGaugeDoesNotChangeTheResolution() {
    let object = Self.object()
    let first = Self.noisy(object, seed: 1, by: 0.05)
    let second = Self.noisy(object, seed: 2, by: 0.05)
    let other = Self.altered(second, shift: (0.5, 0.5), ramp: (0.2, 0.1))
    let plain = RingCorrelation(objects: first, second, in: Self.region)
    let aligned = RingCorrelation(objects: first, other, in: Self.region)
    for threshold in [CorrelationThreshold.fixed(0.5), .halfBit] {
      let expected = plain.resolution(threshold: threshold)
      let found = aligned.resolution(threshold: threshold)
      #expect(!expected.isLimitedByPixels)
      #expect(abs(found.frequency / expected.frequency - 1) < 0.05)
    }
  }

  @Test func theLitRectangleLiesInsideTheScan() throws {
    var coverage = Image(shape: Shape2D(rows: 50, columns: 60))
    for row in 10..<40 {
      for column in 15..<48 { coverage[row, column] = 100 }
    }
    for row in 5..<45 {
      for column in 10..<53 where coverage[row, column] == 0 { coverage[row, column] = 3 }
    }
    coverage[2, 2] = 1000
    let region = try #require(PixelRegion(litBy: coverage))
    #expect(region == PixelRegion(rows: 10..<40, columns: 15..<48))
    #expect(PixelRegion(litBy: Image(shape: coverage.shape)) == nil)
  }
}
