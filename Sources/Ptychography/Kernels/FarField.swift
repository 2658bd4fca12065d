// SPDX-License-Identifier: BSD-3-Clause

import CKernels
package import Imaging

// Runs of far-field pixels. Waves are unscaled forward transforms; intensities and the background
// are photons over the number of pixels, intensities negative where unmeasured.

/// How far the modulus projection trusts a measured modulus.
///
/// From a modulus a₀ where n = τ I photons were counted behind a transmission τ, the step goes down
/// the slope of Poisson's negative log-likelihood, τ a² − 2 n log a, by a length that its curvature
/// gives; r = I / a₀²:
///
///     a = a₀ (1 + (r − 1) / (2 + c))                       for r ≤ 3,
///     a = √(f² + 2 f (r − 3) / (2 + c)) a₀, f = 1 + 2 / (2 + c),     beyond
///
/// whatever τ is. It is linear in the counts, so that their noise moves no modulus on the mean: √I is
/// too small by 1/(8 n) of it. Beyond the bend it grows like √I, because one photon where next to none is
/// expected would move the wave without bounds. c = 0 is P_M, √I, noise and all.
package struct ModulusStep: Sendable, Hashable {
  /// How much a modulus gives way to that of the wave.
  let relaxation: Float

  /// The step with a relaxation c, 0 or more.
  package init(relaxation c: Double) { relaxation = Float(c) }

  /// The plain projection.
  package static let plain = ModulusStep(relaxation: 0)

  /// Where the step bends.
  private static let bend: Float = 3

  /// The step for unscaled transforms.
  ///
  /// - Parameter keep: 1 / pixels of a whole pattern.
  /// - Returns: Its numbers.
  func kernel(keep: Float) -> ck_modulus_step {
    guard relaxation > 0 else {
      return ck_modulus_step(offset: 0, slope: 0, bend: -1, square: 0, root: 1)
    }
    let gain = 1 / (2 + relaxation)
    let factor = 1 + (Self.bend - 1) * gain
    let rise = 2 * factor * gain
    return ck_modulus_step(
      offset: keep * (1 - gain),
      slope: gain / keep,
      bend: Self.bend * keep * keep,
      square: keep * keep * (factor * factor - rise * Self.bend),
      root: rise
    )
  }
}

/// Replaces the moduli of a wave by the measured ones, P_M, or goes some way towards them.
///
/// The background is one more incoherent mode of the modulus √b: all are multiplied by the factor
/// √(I / (|ψ|² + b)), which is the step to the nearest point whose whole power is I. √(I − b) in
/// its place would cut off the noise of dark pixels on one side, which adds light.
///
/// The scaling of the transforms is folded in: after the unscaled inverse transform the wave has
/// the measured norm. Unmeasured pixels keep their value. No branch and no division by zero: a
/// vanishing wave gets the modulus zero.
///
/// - Parameters:
///   - wave: The far field.
///   - intensity: Measured photons over pixels.
///   - background: The part of them that is no diffraction.
///   - keep: 1 / pixels of a whole pattern, the factor for unmeasured pixels.
///   - step: How far measured moduli are trusted.
///   - ahead: As many pixels that are needed next and fetched meanwhile; none to fetch nothing.
/// - Returns: The squared norm of what comes out, over pixels.
@discardableResult
package func projectOntoModuli(
  _ wave: inout MutableSpan<Complex64>,
  _ intensity: Span<Float>,
  background: Span<Float>,
  keep: Float,
  step: ModulusStep = .plain,
  ahead: Span<Complex64> = Span()
) -> Double {
  precondition(ahead.isEmpty || ahead.count == wave.count, "runs differ in length")
  return unsafe ahead.withUnsafeBytes { ahead in
    unsafe withRuns(&wave, intensity, background) { wave, intensity, background, count in
      let next = unsafe ahead.baseAddress ?? UnsafeRawPointer(wave)
      return unsafe ck_project_moduli(
        wave,
        intensity,
        background,
        count,
        keep,
        step.kernel(keep: keep),
        next
      )
    }
  }
}

/// Sets or adds to Σ |ψ|² over modes.
func gatherPower(_ power: inout MutableSpan<Float>, of wave: Span<Complex64>, adds: Bool) {
  let count = power.count
  precondition(wave.count == count, "runs differ in length")
  unsafe power.withUnsafeMutableBufferPointer { power in
    unsafe wave.withUnsafeBytes { wave in
      unsafe ck_power(power.baseAddress, wave.baseAddress, count, adds ? 1 : 0)
    }
  }
}

/// Turns Σ |ψ|² into the factor by which P_M multiplies every mode.
///
/// - Returns: The squared norm of what comes out, over pixels.
func modulusFactors(
  _ power: inout MutableSpan<Float>,
  _ intensity: Span<Float>,
  background: Span<Float>,
  keep: Float,
  step: ModulusStep
) -> Double {
  unsafe withRuns(&power, intensity, background) {
    unsafe ck_modulus_factors($0, $1, $2, $3, keep, step.kernel(keep: keep))
  }
}

/// Multiplies a wave by real factors.
func scale(_ wave: inout MutableSpan<Complex64>, by factors: Span<Float>) {
  let count = wave.count
  precondition(factors.count == count, "runs differ in length")
  unsafe wave.withUnsafeMutableBytes { wave in
    unsafe factors.withUnsafeBufferPointer { factors in
      unsafe ck_scale(wave.baseAddress, factors.baseAddress, count)
    }
  }
}

/// Σ (√(power + b) − √I)² over measured pixels, over pixels; or half of Poisson's deviance,
/// Σ q − I + I log(I / q) with q = power + b.
///
/// - Parameters:
///   - power: Σ |ψ|² over modes, of unscaled transforms.
///   - intensity: Measured photons over pixels.
///   - background: The part of them that is no diffraction.
///   - pixels: Those of a whole pattern.
///   - isLikelihood: Whether it is the deviance.
/// - Returns: The sum.
package func modulusResidual(
  _ power: Span<Float>,
  _ intensity: Span<Float>,
  background: Span<Float>,
  pixels: Int,
  isLikelihood: Bool = false
) -> Double {
  let count = power.count
  precondition(intensity.count == count && background.count == count, "runs differ in length")
  return unsafe power.withUnsafeBufferPointer { power in
    unsafe intensity.withUnsafeBufferPointer { intensity in
      unsafe background.withUnsafeBufferPointer { background in
        let scale = 1 / Float(pixels)
        let (p, i, b) = (power.baseAddress, intensity.baseAddress, background.baseAddress)
        return isLikelihood
          ? unsafe ck_photon_deviance(p, i, b, count, scale)
          : unsafe ck_modulus_residual(p, i, b, count, scale)
      }
    }
  }
}

extension BackgroundRetrieval.Sums {
  /// Adds a run of one frame's model.
  ///
  /// - Parameters:
  ///   - power: Σ |ψ|² over modes, of unscaled transforms.
  ///   - intensity: Measured photons over pixels.
  ///   - first: Where in the pattern the run begins.
  ///   - step: How far the iteration trusts measured moduli: object and background follow one slope.
  mutating func add(
    _ power: Span<Float>,
    _ intensity: Span<Float>,
    from first: Int,
    _ step: ModulusStep
  ) {
    let count = power.count
    let pixels = Float(model.count)
    let (background, floor) = (background, floor)
    precondition(intensity.count == count, "runs differ in length")
    precondition(first >= 0 && first + count <= model.count, "the run lies outside")
    unsafe model.withUnsafeMutableBufferPointer { model in
      unsafe gradient.withUnsafeMutableBufferPointer { gradient in
        unsafe inverse.withUnsafeMutableBufferPointer { inverse in
          unsafe part.withUnsafeMutableBufferPointer { part in
            unsafe scaling.withUnsafeMutableBufferPointer { scaling in
              unsafe power.withUnsafeBufferPointer { power in
                unsafe intensity.withUnsafeBufferPointer { intensity in
                  unsafe background.withUnsafeBufferPointer { background in
                    unsafe ck_add_background(
                      model.baseAddress.unsafelyUnwrapped + first,
                      gradient.baseAddress.unsafelyUnwrapped + first,
                      inverse.baseAddress.unsafelyUnwrapped + first,
                      part.baseAddress.unsafelyUnwrapped + first,
                      scaling.baseAddress.unsafelyUnwrapped + first,
                      power.baseAddress,
                      intensity.baseAddress,
                      background.baseAddress.unsafelyUnwrapped + first,
                      count,
                      1 / (pixels * pixels),
                      floor,
                      step.kernel(keep: 1),
                      (2 + step.relaxation) / 2
                    )
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
