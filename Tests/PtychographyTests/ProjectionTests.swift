// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging
import Ptychography
import TestSupport
import Testing

/// Both sets of RAAR are reached by projections: doing it twice is doing it once.
@Suite struct ProjectionTests {
  private static let shape = SyntheticScan.shape
  private static let pixels = shape.count

  private static func noise(_ count: Int, seed: UInt64) -> [Complex64] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      Complex64(Float(generator.normal()), Float(generator.normal()))
    }
  }

  // MARK: - Moduli

  /// Photons over pixels, some zero, some unmeasured.
  private static let intensities: [Float] = {
    var generator = SeededGenerator(seed: 8)
    return (0..<pixels).map { i in
      let modulus = 2 * generator.uniform()
      let photons = Float(modulus * modulus + 0.1)
      return i % 11 == 3 ? -1 : i % 13 == 5 ? 0 : photons / Float(pixels)
    }
  }()

  private static func ontoModuli(_ wave: [Complex64], background level: Float = 0)
    -> [Complex64]
  {
    var far = wave
    var span = far.mutableSpan
    SyntheticScan.plan.forward(&span)
    let background = [Float](repeating: level / Float(pixels), count: pixels)
    projectOntoModuli(
      &span,
      intensities.span,
      background: background.span,
      keep: 1 / Float(pixels)
    )
    SyntheticScan.plan.inverse(&span)
    return far
  }

  private static func farField(_ wave: [Complex64]) -> [Complex64] {
    var image = ComplexImage(shape: shape, values: wave)
    SyntheticScan.plan.forwardUnitary(&image)
    return image.values
  }

  @Test func theModulusProjectionTwiceIsTheModulusProjection() {
    let once = Self.ontoModuli(Self.noise(Self.pixels, seed: 1))
    #expect(relativeError(Self.ontoModuli(once), of: once) < 1e-6)
  }

  @Test func itLeavesMeasuredModuliAndAllPhases() {
    let wave = Self.noise(Self.pixels, seed: 2)
    let before = Self.farField(wave)
    let after = Self.farField(Self.ontoModuli(wave, background: 0.1))
    for i in before.indices {
      let photons = Self.intensities[i] * Float(Self.pixels)
      // The nearest point (|ψ|, √b) whose squares have the measured sum, seen from (|ψ|, √0.1).
      let distance = (before[i].squaredModulus + 0.1).squareRoot()
      let expected =
        photons < 0
        ? before[i].modulus : photons.squareRoot() * before[i].modulus / distance
      #expect(abs(after[i].modulus - expected) < 1e-4)
      if expected > 0.01 {
        let turned = after[i] * before[i].conjugate
        #expect(abs(turned.phase) < 1e-3)
      }
    }
  }

  @Test func noWaveWithTheMeasuredModuliLiesNearer() {
    let wave = Self.noise(Self.pixels, seed: 3)
    let nearest = Self.ontoModuli(wave)
    let least = Self.distance(wave, nearest)
    for seed in 10..<20 as Range<UInt64> {
      // Others of the set: the projections of waves nearby and far away.
      let step = Self.noise(Self.pixels, seed: seed)
      let scale: Float = seed % 2 == 0 ? 0.05 : 2
      let other = Self.ontoModuli(wave.indices.map { wave[$0] + scale * step[$0] })
      #expect(Self.distance(wave, other) > least)
    }
  }

  // MARK: - Overlap

  /// Three probes of one shape on one object of 40 x 44 pixels.
  private static let corners = [(0, 0), (3, 5), (8, 12)]
  private static let objectColumns = 44
  private static let probe = SyntheticScan.lens(power: 1, curvature: 20).values

  /// P_Q of the waves of three frames, one after the other, by the solver's kernels.
  private static func ontoOverlap(_ waves: [Complex64]) -> [Complex64] {
    let n = shape.rows
    let count = 40 * objectColumns
    var object = [Complex64](repeating: .zero, count: count)
    var coverage = [Float](repeating: 0, count: count)
    for (k, corner) in corners.enumerated() {
      let place = corner.0 * objectColumns + corner.1
      add(waves, from: k * n * n, to: &object, &coverage, at: place)
    }
    for i in object.indices {
      object[i] = coverage[i] > 0 ? (1 / coverage[i]) * object[i] : .zero
    }
    var result = [Complex64](repeating: .zero, count: corners.count * n * n)
    for (k, corner) in corners.enumerated() {
      let probeSpan = probe.span
      let objectSpan = object.span
      var span = result.mutableSpan
      multiply(
        PixelRows(probeSpan, stride: n, rows: n, columns: n),
        PixelRows(
          objectSpan,
          from: corner.0 * objectColumns + corner.1,
          stride: objectColumns,
          rows: n,
          columns: n
        ),
        into: MutablePixelRows(&span, from: k * n * n, stride: n, rows: n, columns: n)
      )
    }
    return result
  }

  private static func add(
    _ waves: [Complex64],
    from first: Int,
    to object: inout [Complex64],
    _ coverage: inout [Float],
    at place: Int
  ) {
    let n = shape.rows
    let probeSpan = probe.span
    let wavesSpan = waves.span
    let probeRows = PixelRows(probeSpan, stride: n, rows: n, columns: n)
    var sum = object.mutableSpan
    var weight = coverage.mutableSpan
    addConjugateProduct(
      probeRows,
      PixelRows(wavesSpan, from: first, stride: n, rows: n, columns: n),
      to: MutablePixelRows(&sum, from: place, stride: objectColumns, rows: n, columns: n)
    )
    addIntensity(
      of: probeRows,
      to: MutableWeightRows(&weight, from: place, stride: objectColumns, rows: n, columns: n)
    )
  }

  @Test func theOverlapProjectionTwiceIsTheOverlapProjection() {
    let once = Self.ontoOverlap(Self.noise(3 * Self.pixels, seed: 4))
    #expect(relativeError(Self.ontoOverlap(once), of: once) < 1e-5)
  }

  @Test func itIsItsOwnAdjoint() {
    let a = Self.noise(3 * Self.pixels, seed: 5)
    let b = Self.noise(3 * Self.pixels, seed: 6)
    let left = Self.product(Self.ontoOverlap(a), b)
    let right = Self.product(a, Self.ontoOverlap(b))
    #expect(abs(left.re - right.re) < 1e-4 * abs(left.re))
    #expect(abs(left.im - right.im) < 1e-4 * abs(left.re))
  }

  @Test func whatItTakesAwayStandsAtRightAnglesToWhatItLeaves() {
    // The overlap error is taken from this.
    let wave = Self.noise(3 * Self.pixels, seed: 7)
    let kept = Self.ontoOverlap(wave)
    let total = squaredNorm(wave.span)
    let parts = squaredNorm(kept.span) + Self.distance(wave, kept)
    #expect(abs(parts / total - 1) < 1e-5)
  }

  private static func distance(_ a: [Complex64], _ b: [Complex64]) -> Double {
    let difference = a.indices.map { a[$0] - b[$0] }
    return squaredNorm(difference.span)
  }

  /// Σ a* b.
  private static func product(_ a: [Complex64], _ b: [Complex64]) -> (re: Double, im: Double) {
    var re = 0.0
    var im = 0.0
    for i in a.indices {
      let term = a[i].conjugate * b[i]
      re += Double(term.re)
      im += Double(term.im)
    }
    return (re, im)
  }
}
