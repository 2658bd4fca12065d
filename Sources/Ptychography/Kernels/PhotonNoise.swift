// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The noise of photons: the mean of (√n − √λ)², n Poisson-distributed about λ.
///
/// 1/4 for many photons, up to 0.46 near one, 2λ for very few.
struct PhotonNoise: Sendable {
  /// Its sum over pixels, photons.
  private(set) var sum = 0.0
  /// The pixels.
  private(set) var count = 0.0

  /// For √λ in steps.
  private static let steps = 64
  /// λ up to 36; beyond, the series in 1/λ.
  private static let table: [Float] = (0...6 * steps).map { step in
    let mean = Double(step * step) / Double(steps * steps)
    return Float(expectation(mean))
  }

  /// The sum over the distribution.
  private static func expectation(_ mean: Double) -> Double {
    var probability = exponential(-mean)
    var sum = 0.0
    for count in 0..<140 {
      let difference = Double(count).squareRoot() - mean.squareRoot()
      sum += probability * difference * difference
      probability *= mean / Double(count + 1)
    }
    return sum
  }

  /// The mean of (√n − √λ)².
  static func squaredDifference(mean: Float) -> Float {
    let place = mean.squareRoot() * Float(steps)
    guard place < Float(6 * steps) else { return 0.25 + 0.109375 / mean }
    let index = Int(place)
    let part = place - Float(index)
    return (1 - part) * table[index] + part * table[index + 1]
  }

  /// Adds the measured pixels of a run.
  ///
  /// - Parameters:
  ///   - power: Σ |ψ|² over modes, of unscaled transforms.
  ///   - intensity: Measured photons over pixels, negative where unmeasured.
  ///   - background: b over pixels.
  ///   - pixels: Those of a whole pattern.
  mutating func add(
    _ power: Span<Float>,
    _ intensity: Span<Float>,
    background: Span<Float>,
    pixels: Int
  ) {
    precondition(power.count == intensity.count, "runs differ in length")
    precondition(background.count == intensity.count, "runs differ in length")
    let scale = 1 / Float(pixels)
    for i in power.indices where intensity[i] >= 0 && power[i].isFinite {
      let mean = scale * power[i] + Float(pixels) * background[i]
      sum += Double(Self.squaredDifference(mean: mean))
      count += 1
    }
  }

  /// Adds another sum.
  mutating func add(_ other: PhotonNoise) {
    sum += other.sum
    count += other.count
  }
}
