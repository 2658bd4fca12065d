// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

extension SyntheticScan {
  /// The patterns with photons drawn anew.
  ///
  /// - Parameters:
  ///   - photons: Those of the probe; the scan's own has 10⁶.
  ///   - seed: Of the noise.
  /// - Returns: As many patterns.
  func noisyPatterns(photons: Double, seed: UInt64) -> [DiffractionPattern] {
    var random = SeededGenerator(seed: seed)
    let scale = photons / 1e6
    return patterns.map { pattern in
      var drawn = pattern
      for i in drawn.amplitudes.values.indices {
        let amplitude = Double(pattern.amplitudes.values[i])
        let mean = scale * amplitude * amplitude
        drawn.amplitudes.values[i] = Float(Self.poisson(mean, &random).squareRoot())
      }
      return drawn
    }
  }

  /// A Poisson-distributed number; beyond 60 the rounded normal one.
  private static func poisson(_ mean: Double, _ random: inout SeededGenerator) -> Double {
    guard mean < 60 else { return max(0, (mean + mean.squareRoot() * random.normal()).rounded()) }
    var count = 0.0
    var product = random.uniform()
    let limit = exponential(-mean)
    while product > limit {
      product *= random.uniform()
      count += 1
    }
    return count
  }
}
