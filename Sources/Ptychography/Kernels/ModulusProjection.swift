// SPDX-License-Identifier: BSD-3-Clause

package import Imaging

/// Replaces the moduli of an unscaled far-field wave by the measured ones, P_M of the paper.
///
/// The scaling of the transforms is folded in: after the unscaled inverse transform the wave has
/// the measured norm. Pixels of negative modulus were not measured and keep their value. No
/// branch and no division by zero: a vanishing wave gets the modulus zero.
///
/// - Parameters:
///   - wave: The unscaled forward transform of the exit wave, [row, column].
///   - moduli: The measured amplitude divided by √(pixels), negative where unmeasured.
///   - keep: 1 / pixels, the factor for unmeasured pixels.
package func projectOntoModuli(
  _ wave: inout MutableSpan<Complex64>,
  _ moduli: Span<Float>,
  keep: Float
) {
  precondition(wave.count == moduli.count, "wave and moduli differ in length")
  for i in moduli.indices {
    let z = wave[i]
    let m = moduli[i]
    let measured = m / (z.squaredModulus + Float.leastNormalMagnitude).squareRoot()
    let factor = m < 0 ? keep : measured
    wave[i] = Complex64(factor * z.re, factor * z.im)
  }
}
