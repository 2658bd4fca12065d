// SPDX-License-Identifier: BSD-3-Clause

import CKernels
package import Imaging

// Runs of far-field pixels. Waves are unscaled forward transforms; intensities and the background
// are photons over the number of pixels, intensities negative where unmeasured.

/// How far the modulus projection trusts a measured modulus.
///
/// From a modulus a₀ the step goes to the a that is likeliest where photons are counted, and near:
/// with n = τ I counts behind a transmission τ, the minimum of τ a² − 2 n log a + c τ (a − a₀)²,
///
///     a = (c a₀ + √(c² a₀² + 4 (1 + c) I)) / 2 (1 + c),
///
/// whatever τ is. It is the proximal operator of Poisson's negative log-likelihood with a weight in
/// proportion to the counts that a pixel's light is worth. c = 0 sets the measured modulus, noise and
/// all.
package struct ModulusStep: Sendable, Hashable {
  /// c / 2 (1 + c).
  let pull: Float
  /// 1 / (1 + c).
  let share: Float

  /// The step with a relaxation c, 0 or more.
  package init(relaxation c: Double) {
    pull = Float(c / (2 * (1 + c)))
    share = Float(1 / (1 + c))
  }

  /// The plain projection.
  package static let plain = ModulusStep(relaxation: 0)
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
      let pull = keep * step.pull
      return unsafe ck_project_moduli(
        wave,
        intensity,
        background,
        count,
        keep,
        pull,
        step.share,
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
    unsafe ck_modulus_factors($0, $1, $2, $3, keep, keep * step.pull, step.share)
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

/// Σ (√(power + b) − √I)² over measured pixels, over pixels.
///
/// - Parameters:
///   - power: Σ |ψ|² over modes, of unscaled transforms.
///   - intensity: Measured photons over pixels.
///   - background: The part of them that is no diffraction.
///   - pixels: Those of a whole pattern.
/// - Returns: The sum.
func modulusResidual(
  _ power: Span<Float>,
  _ intensity: Span<Float>,
  background: Span<Float>,
  pixels: Int
) -> Double {
  let count = power.count
  precondition(intensity.count == count && background.count == count, "runs differ in length")
  return unsafe power.withUnsafeBufferPointer { power in
    unsafe intensity.withUnsafeBufferPointer { intensity in
      unsafe background.withUnsafeBufferPointer { background in
        unsafe ck_modulus_residual(
          power.baseAddress,
          intensity.baseAddress,
          background.baseAddress,
          count,
          1 / Float(pixels)
        )
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
  mutating func add(_ power: Span<Float>, _ intensity: Span<Float>, from first: Int) {
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
                      floor
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
