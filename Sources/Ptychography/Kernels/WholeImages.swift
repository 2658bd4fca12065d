// SPDX-License-Identifier: BSD-3-Clause

import CKernels
import Imaging

// Images and sums over frames as a whole, pixel by pixel.

/// Sets an object to Σ / weight where the weight is above a threshold, and to 1 elsewhere.
///
/// - Returns: Σ weight |O|² over the former.
func divide(
  _ sum: Span<Complex64>,
  by weight: Span<Float>,
  above threshold: Float,
  into object: inout MutableSpan<Complex64>
) -> Double {
  unsafe withRuns(&object, sum, weight) { unsafe ck_divide($0, $1, $2, $3, threshold) }
}

/// Sets an image to a x + b y, x being what it was.
func combine(
  _ x: inout MutableSpan<Complex64>,
  times a: Float,
  _ y: Span<Complex64>,
  times b: Float
) {
  let count = x.count
  precondition(y.count == count, "images differ in size")
  unsafe x.withUnsafeMutableBytes { x in
    unsafe y.withUnsafeBytes { y in
      unsafe ck_combine(x.baseAddress, a, x.baseAddress, b, y.baseAddress, count)
    }
  }
}

/// The largest of weights, which are not negative; 0 of none.
func largest(_ weights: Span<Float>) -> Float {
  unsafe weights.withUnsafeBufferPointer { unsafe ck_largest($0.baseAddress, $0.count) }
}

/// Sets an image to a x.
func set(_ target: consuming MutableSpan<Complex64>, to x: Span<Complex64>, times a: Float) {
  precondition(target.count == x.count, "images differ in size")
  for i in target.indices { target[i] = a * x[i] }
}

/// Multiplies an image by a number.
func scale(_ x: consuming MutableSpan<Complex64>, by factor: Float) {
  for i in x.indices { x[i] = factor * x[i] }
}

/// Subtracts an image times real weights: Σ −= weight ψ.
func subtract(
  _ weight: Span<Float>,
  times wave: Span<Complex64>,
  from sum: inout MutableSpan<Complex64>
) {
  unsafe withRuns(&sum, weight, wave) { unsafe ck_subtract_weighted($0, $1, $2, $3) }
}
