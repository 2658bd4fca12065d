// SPDX-License-Identifier: BSD-3-Clause

import Imaging

// The phase between the light that a sample scatters and the light that it lets through.
extension IncrementalReconstruction {
  /// Iterations of a refinement from one search of the scattered light's phase to the next.
  static let scatterPhasePeriod = 10

  /// Turns all that differs from the object's mean to the phase that fits the patterns best.
  ///
  /// With m the mean of the object, weighed by its light, and O = m + e^{iα}(O₀ − m), the phase α
  /// decides how much of the contrast is absorption and how much is phase. Patterns tell it only
  /// where the direct beam meets the scattered light, inside the lens's aperture; a narrow ring of
  /// pixels holds few of all photons' constraints, so that iterations find α by a part in a hundred
  /// each. The misfit is a parabola of α: three comparisons with the patterns find its lowest point.
  mutating func turnScatteredLight() {
    let mean = meanTransmission
    let before = object.values
    func misfit(_ angle: Double) -> Double {
      turn(before, about: mean, by: angle)
      let sweep = sweep(ScanSums.Wanted())
      inGroups { $0.compare(sweep) }
      return groups.reduce(0) { $0 + $1.comparison.residual }
    }
    let step = 0.15
    let (behind, here, ahead) = (misfit(-step), misfit(0), misfit(step))
    let curvature = behind - 2 * here + ahead
    var angle = 0.0
    if curvature > 0 {
      angle = min(max(0.5 * step * (behind - ahead) / curvature, -0.5), 0.5)
      // Far from the lowest point the parabola may mislead.
      if !(misfit(angle) < here) { angle = 0 }
    }
    turn(before, about: mean, by: angle)
  }

  /// Σ |P|² O / Σ |P|² over what is lit.
  private var meanTransmission: Complex64 {
    var (real, imaginary, total) = (0.0, 0.0, 0.0)
    let threshold = litThreshold
    for i in coverage.indices where coverage[i] > threshold {
      let weight = Double(coverage[i])
      real += weight * Double(object.values[i].re)
      imaginary += weight * Double(object.values[i].im)
      total += weight
    }
    guard total > 0 else { return .one }
    return Complex64(Float(real / total), Float(imaginary / total))
  }

  private mutating func turn(_ before: [Complex64], about mean: Complex64, by angle: Double) {
    let factor = Complex64(modulus: 1, phase: Float(angle))
    let threshold = litThreshold
    for i in before.indices where coverage[i] > threshold {
      object.values[i] = mean + factor * (before[i] - mean)
    }
  }
}
