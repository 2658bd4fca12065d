// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import ResolutionMetrics
import Testing

@Suite struct RingCorrelationTests {
  private static let shape = Shape2D(rows: 96, columns: 128)

  @Test func anImageAgreesWithItselfOnEveryRing() {
    let complex = FourierNoise.complex(shape: Self.shape, seed: 1)
    let real = FourierNoise.real(complex)
    let twice = Image(shape: real.shape, values: real.values.map { 2 * $0 + 3 })
    let volume = Volume(
      sizeX: 16,
      sizeZ: 12,
      sizeY: 20,
      values: FourierNoise.real(
        FourierNoise.complex(shape: Shape2D(rows: 16, columns: 240), seed: 2)
      ).values
    )
    for correlation in [
      RingCorrelation(complex, complex), RingCorrelation(real, twice),
      RingCorrelation(volume, volume),
    ] {
      #expect(correlation.rings.allSatisfy { abs($0.correlation - 1) < 1e-4 })
      let resolution = correlation.resolution()
      #expect(resolution.isLimitedByPixels)
      #expect(resolution.halfPeriod == 1)
    }
  }

  @Test func aNegativeAgreesWithMinusOne() {
    let image = FourierNoise.real(FourierNoise.complex(shape: Self.shape, seed: 3))
    let negative = Image(shape: image.shape, values: image.values.map { -$0 })
    let correlation = RingCorrelation(image, negative)
    #expect(correlation.rings.allSatisfy { abs($0.correlation + 1) < 1e-4 })
    #expect(correlation.resolution(threshold: .fixed(0.5)).frequency == 0)
  }

  /// Noise of a Fourier pixel is independent without a window: correlation² · n has mean 1.
  @Test(arguments: [true, false])
  func independentNoiseCorrelatesAsOneOverTheRootOfThePixels(isReal: Bool) {
    var (sum, count) = (0.0, 0)
    for seed in stride(from: UInt64(10), to: 26, by: 2) {
      let a = FourierNoise.complex(shape: Self.shape, seed: seed)
      let b = FourierNoise.complex(shape: Self.shape, seed: seed + 1)
      let correlation =
        isReal
        ? RingCorrelation(FourierNoise.real(a), FourierNoise.real(b), edge: .none)
        : RingCorrelation(a, b, edge: .none)
      for ring in correlation.rings where ring.index > 4 {
        sum += ring.correlation * ring.correlation * Double(ring.pixelCount)
        count += 1
      }
    }
    // 480 rings, the standard deviation of each about 1.4: that of the mean is 0.065.
    #expect(abs(sum / Double(count) - 1) < 0.2)
  }

  /// With SNR(f) = (f₀/f)⁴ the correlation SNR / (1 + SNR) is known on every ring.
  @Test func aKnownSignalToNoiseRatioCrossesTheThresholdsWhereItMust() {
    let shape = Shape2D(square: 256)
    let knee = 0.22
    var (half, halfBit) = (0.0, 0.0)
    let repetitions = 6
    for repetition in 0..<repetitions {
      let seed = UInt64(40 + 3 * repetition)
      let signal = FourierNoise.complex(shape: shape, seed: seed) { frequency in
        frequency > 0 ? knee * knee / (frequency * frequency) : 0
      }
      let halves = [seed + 1, seed + 2].map { seed in
        FourierNoise.sum(signal, FourierNoise.complex(shape: shape, seed: seed))
      }
      let correlation = RingCorrelation(halves[0], halves[1], edge: .none)
      for ring in correlation.rings where ring.index >= 20 {
        let expected = 1 / (1 + pow4(ring.frequency / knee))
        let deviation = 1 / Double(ring.pixelCount).squareRoot()
        #expect(abs(ring.correlation - expected) < 4 * deviation)
      }
      half += correlation.resolution(threshold: .fixed(0.5)).frequency / Double(repetitions)
      halfBit += correlation.resolution(threshold: .halfBit).frequency / Double(repetitions)
    }
    // 0.5 where the ratio is 1; one ring's noise moves the crossing by 4 %, six average.
    #expect(abs(half / knee - 1) < 0.04)
    // Half a bit where the curve meets T(n) of a ring of 2π · 256 f pixels.
    var (low, high) = (0.1, 0.5)
    for _ in 0..<40 {
      let f = (low + high) / 2
      let root = (2 * Double.pi * 256 * f).squareRoot()
      let threshold = (0.2071 + 1.9102 / root) / (1.2071 + 0.9102 / root)
      if 1 / (1 + pow4(f / knee)) > threshold { low = f } else { high = f }
    }
    #expect(abs(halfBit / low - 1) < 0.04)
  }

  private func pow4(_ x: Double) -> Double { x * x * x * x }

  @Test func theCrossingIsInterpolatedAndTheFirstRingsCanBeIgnored() {
    let values = [0.3, 0.9, 0.8, 0.4, 0.9]
    let correlation = RingCorrelation(
      rings: values.enumerated().map { index, value in
        .init(
          index: index + 1,
          frequency: 0.1 * Double(index + 1),
          correlation: value,
          pixelCount: 100
        )
      }
    )
    #expect(correlation.resolution(threshold: .fixed(0.5)).frequency == 0)
    let resolution = correlation.resolution(threshold: .fixed(0.5), ignoringBelow: 0.15)
    #expect(abs(resolution.frequency - 0.375) < 1e-12)
    #expect(abs(resolution.halfPeriod(pixelSize: 6) - 8) < 1e-9)
    #expect(correlation.resolution(threshold: .fixed(0.2)).isLimitedByPixels)
    #expect(RingCorrelation(rings: []).resolution().frequency == 0)
  }

  @Test func thresholdsAreThoseOfVanHeelAndSchatz() {
    // (0.2071 + 1.9102/√n) / (1.2071 + 0.9102/√n) and (0.5 + 2.4142/√n) / (1.5 + 1.4142/√n).
    #expect(abs(CorrelationThreshold.halfBit.value(pixelCount: 100) - 0.306_72) < 1e-4)
    #expect(abs(CorrelationThreshold.oneBit.value(pixelCount: 100) - 0.451_67) < 1e-4)
    #expect(abs(CorrelationThreshold.halfBit.value(pixelCount: 1_000_000_000) - 0.171_57) < 1e-4)
    #expect(CorrelationThreshold.fixed(0.5).value(pixelCount: 3) == 0.5)
  }

  /// A ramp across the image is a step between its borders, the same in both halves.
  @Test func theSoftEdgeKeepsTheBordersFromCorrelating() {
    let shape = Shape2D(square: 128)
    let halves = [UInt64(50), 51].map { seed in
      var image = FourierNoise.real(FourierNoise.complex(shape: shape, seed: seed))
      for row in 0..<128 {
        for column in 0..<128 { image[row, column] += Float(column) }
      }
      return image
    }
    func outerMean(_ correlation: RingCorrelation) -> Double {
      let outer = correlation.rings.filter { $0.index > 32 }.map(\.correlation)
      return outer.reduce(0, +) / Double(outer.count)
    }
    #expect(outerMean(RingCorrelation(halves[0], halves[1], edge: .none)) > 0.5)
    #expect(abs(outerMean(RingCorrelation(halves[0], halves[1]))) < 0.05)
  }

  // Values of NumPy: np.fft.fftn, rings by floor(N |fftfreq| + 1/2), in double precision.

  @Test func ringsOfAnOblongImageAreThoseOfNumPy() {
    func image(_ value: (Double, Double) -> Double) -> Image {
      var image = Image(shape: Shape2D(rows: 12, columns: 16))
      for r in 0..<12 {
        for c in 0..<16 { image[r, c] = Float(value(Double(r), Double(c))) }
      }
      return image
    }
    let a = image { r, c in sine(1.3 * r + 0.7 * c * c) + 0.1 * r }
    let b = image { r, c in sine(1.3 * r + 0.7 * c * c + 0.2) + 0.3 * cosine(2.1 * r * c) }
    let rings = RingCorrelation(a, b, edge: .none).rings
    #expect(rings.map(\.pixelCount) == [4, 10, 16, 20, 20, 26, 40, 26])
    let expected = [
      0.052177, 0.960663, 0.904965, 0.915449, 0.57264, 0.966929, 0.927645, 0.910838,
    ]
    for (ring, value) in zip(rings, expected) { #expect(abs(ring.correlation - value) < 1e-5) }
    #expect(rings.map(\.frequency) == (1...8).map { Double($0) / 16 })
  }

  @Test func shellsOfAnOblongVolumeAreThoseOfNumPy() {
    func volume(_ value: (Double, Double, Double) -> Double) -> Volume {
      var volume = Volume(sizeX: 8, sizeZ: 6, sizeY: 4)
      for x in 0..<8 {
        for z in 0..<6 {
          for y in 0..<4 {
            volume[x: x, z: z, y: y] = Float(value(Double(x), Double(z), Double(y)))
          }
        }
      }
      return volume
    }
    let a = volume { x, z, y in sine(0.9 * x + 0.5 * z * z + 0.4 * y) }
    let b = volume { x, z, y in
      sine(0.9 * x + 0.5 * z * z + 0.4 * y + 0.3) + 0.4 * cosine(1.7 * x * z + y)
    }
    let rings = RingCorrelation(a, b, edge: .none).rings
    #expect(rings.map(\.pixelCount) == [4, 20, 48, 55])
    let expected = [0.962696, 0.91148, 0.889283, 0.830173]
    for (ring, value) in zip(rings, expected) { #expect(abs(ring.correlation - value) < 1e-5) }
  }
}
