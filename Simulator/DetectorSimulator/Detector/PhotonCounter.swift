// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Draws photon numbers from Poisson distributions, fast where the means are small.
///
/// Below a mean of 30 by inversion, decided for an empty pixel by one comparison; above by
/// transformed rejection (Hörmann, Insurance: Mathematics and Economics 12, 39, 1993, algorithm
/// PTRS, doi 10.1016/0167-6687(93)90997-4).
public struct PhotonCounter: Sendable {
  private var state: UInt64

  /// Starts the sequence of a seed.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next 64 random bits (SplitMix64, as `SeededGenerator`, kept here to be inlined).
  private mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number uniform in [0, 1).
  mutating func uniform() -> Double { Double(bits() >> 11) * 0x1p-53 }

  /// Draws the photons of one pixel.
  public mutating func photons(mean: Float) -> Int {
    let draw = Float(bits() >> 40) * 0x1p-24
    return draw < mean ? slowPhotons(mean: Double(mean), draw: Double(draw)) : 0
  }

  /// Draws every pixel and reports those that caught any.
  ///
  /// - Parameters:
  ///   - means: Mean photons by pixel.
  ///   - body: Takes the pixel, its photons and a number uniform in [0, 1).
  mutating func draw(_ means: Span<Float>, _ body: (Int, Int, Float) -> Void) {
    for i in means.indices {
      let mean = means[i]
      let draw = Float(bits() >> 40) * 0x1p-24
      guard draw < mean else { continue }
      let count = slowPhotons(mean: Double(mean), draw: Double(draw))
      if count > 0 { body(i, count, Float(uniform())) }
    }
  }

  /// Completes a draw that may not be empty: P(n ≥ 1) = 1 − exp(−mean) < mean.
  private mutating func slowPhotons(mean: Double, draw: Double) -> Int {
    guard mean < 30 else { return rejected(mean: mean) }
    // The draw had 24 bits; the rest of them comes now.
    let remaining = 1 - (draw + uniform() * 0x1p-24)
    var term = exponential(-mean)
    var total = term
    var count = 0
    while remaining > total, count < 400 {
      count += 1
      term *= mean / Double(count)
      total += term
    }
    return count
  }

  private mutating func rejected(mean: Double) -> Int {
    let b = 0.931 + 2.53 * mean.squareRoot()
    let a = -0.059 + 0.02483 * b
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let accepted = 0.9277 - 3.6224 / (b - 2)
    while true {
      let u = uniform() - 0.5
      let v = uniform()
      let us = 0.5 - abs(u)
      let k = ((2 * a / us + b) * u + mean + 0.43).rounded(.down)
      if us >= 0.07, v <= accepted { return Int(k) }
      if k < 0 || (us < 0.013 && v > us) { continue }
      let left = naturalLogarithm(v * inverseAlpha / (a / (us * us) + b))
      if left <= -mean + k * naturalLogarithm(mean) - Self.logFactorial(k) { return Int(k) }
    }
  }

  /// ln k!, by Stirling's series, exact to 1e-9 for the k that occur here.
  static func logFactorial(_ k: Double) -> Double {
    guard k >= 10 else {
      return stride(from: 2.0, through: k, by: 1).reduce(0) { $0 + naturalLogarithm($1) }
    }
    let x = k + 1
    return (x - 0.5) * naturalLogarithm(x) - x + 0.5 * naturalLogarithm(2 * .pi)
      + 1 / (12 * x) - 1 / (360 * x * x * x) + 1 / (1260 * x * x * x * x * x)
  }
}
