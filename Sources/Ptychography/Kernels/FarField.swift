// SPDX-License-Identifier: BSD-3-Clause

import CKernels
package import Imaging

// Runs of far-field pixels. Waves are unscaled forward transforms; intensities and the background
// are photons over the number of pixels, intensities negative where unmeasured.

/// Replaces the moduli of a wave by the measured ones, P_M.
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
///   - ahead: As many pixels that are needed next and fetched meanwhile; none to fetch nothing.
/// - Returns: The squared norm of what comes out, over pixels.
@discardableResult
package func projectOntoModuli(
  _ wave: inout MutableSpan<Complex64>,
  _ intensity: Span<Float>,
  background: Span<Float>,
  keep: Float,
  ahead: Span<Complex64> = Span()
) -> Double {
  precondition(ahead.isEmpty || ahead.count == wave.count, "runs differ in length")
  return unsafe ahead.withUnsafeBytes { ahead in
    unsafe withRuns(&wave, intensity, background) { wave, intensity, background, count in
      let next = unsafe ahead.baseAddress ?? UnsafeRawPointer(wave)
      return unsafe ck_project_moduli(wave, intensity, background, count, keep, next)
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
  keep: Float
) -> Double {
  unsafe withRuns(&power, intensity, background) { unsafe ck_modulus_factors($0, $1, $2, $3, keep) }
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
