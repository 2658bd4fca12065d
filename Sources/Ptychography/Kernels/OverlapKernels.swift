// SPDX-License-Identifier: BSD-3-Clause

package import Imaging

// One row of one frame each, while the frame is in cache. Complex products are written out on the
// parts, sums go straight to their place.

/// Completes the exit wave, ψ = P · 2β O_D − P′ · β O_ψ + R, and copies it for the transform.
func completeWave(
  _ wave: inout MutableSpan<Complex64>,
  probe: Span<Complex64>,
  data: Span<Complex64>,
  previousProbe: Span<Complex64>,
  previous: Span<Complex64>,
  copy: inout MutableSpan<Complex64>
) {
  let n = wave.count
  precondition(probe.count == n && data.count == n && copy.count == n, "rows differ")
  precondition(previousProbe.count == n && previous.count == n, "rows differ")
  // Two loops, for six arrays in one are more than the compiler's vectoriser tells apart.
  for i in 0..<n { copy[i] = probe[i] * data[i] - previousProbe[i] * previous[i] }
  for i in 0..<n {
    let sum = wave[i] + copy[i]
    wave[i] = sum
    copy[i] = sum
  }
}

/// Adds P* D to one sum and P* ψ to another.
package func addToObject(
  probe: Span<Complex64>,
  projected: Span<Complex64>,
  wave: Span<Complex64>,
  dataSum: inout MutableSpan<Complex64>,
  waveSum: inout MutableSpan<Complex64>
) {
  let n = probe.count
  precondition(projected.count == n && wave.count == n, "rows differ")
  precondition(dataSum.count == n && waveSum.count == n, "rows differ")
  for i in 0..<n {
    let p = probe[i].conjugate
    dataSum[i] += p * projected[i]
    waveSum[i] += p * wave[i]
  }
}

/// Adds |P|² to the object's denominator.
package func addIntensity(of probe: Span<Complex64>, to sum: inout MutableSpan<Float>) {
  precondition(probe.count == sum.count, "rows differ")
  for i in sum.indices { sum[i] += probe[i].squaredModulus }
}

/// Adds O* (D − P O) to the probe's sum and |O|² to its denominator.
func addToProbe(
  object: Span<Complex64>,
  probe: Span<Complex64>,
  projected: Span<Complex64>,
  sum: inout MutableSpan<Complex64>,
  intensity: inout MutableSpan<Float>
) {
  let n = object.count
  precondition(probe.count == n && projected.count == n, "rows differ")
  precondition(sum.count == n && intensity.count == n, "rows differ")
  for i in 0..<n {
    let o = object[i]
    sum[i] += o.conjugate * (projected[i] - probe[i] * o)
    intensity[i] += o.squaredModulus
  }
}

/// Keeps what RAAR needs beside the overlap projections: R = (1 − 2β) D + β ψ.
func keepRest(
  _ wave: inout MutableSpan<Complex64>,
  projected: Span<Complex64>,
  beta: Float
) {
  precondition(wave.count == projected.count, "waves differ in length")
  let data = 1 - 2 * beta
  for i in wave.indices { wave[i] = data * projected[i] + beta * wave[i] }
}

/// Writes P O, the exit wave of one row.
package func multiply(
  _ probe: Span<Complex64>,
  _ object: Span<Complex64>,
  into wave: inout MutableSpan<Complex64>
) {
  precondition(probe.count == object.count && wave.count == object.count, "rows differ")
  for i in wave.indices { wave[i] = probe[i] * object[i] }
}

/// Σ (|F| − m)² over the measured pixels of an unscaled far-field wave, scaled to photons.
func modulusResidual(_ wave: Span<Complex64>, _ moduli: Span<Float>, scale: Float) -> Double {
  precondition(wave.count == moduli.count, "wave and moduli differ in length")
  var lanes = SIMD4<Float>.zero
  var total = 0.0
  let whole = wave.count & ~3
  var i = 0
  while i < whole {
    let m = SIMD4(moduli[i], moduli[i + 1], moduli[i + 2], moduli[i + 3])
    let f = SIMD4(
      wave[i].squaredModulus,
      wave[i + 1].squaredModulus,
      wave[i + 2].squaredModulus,
      wave[i + 3].squaredModulus
    ).squareRoot()
    let difference = (scale * f - m).replacing(with: 0, where: m .< 0)
    lanes += difference * difference
    i += 4
    if i & 1023 == 0 {
      total += SIMD4<Double>(lanes).sum()
      lanes = .zero
    }
  }
  total += SIMD4<Double>(lanes).sum()
  while i < wave.count {
    let difference = scale * wave[i].modulus - moduli[i]
    total += moduli[i] < 0 ? 0 : Double(difference * difference)
    i += 1
  }
  return total
}
