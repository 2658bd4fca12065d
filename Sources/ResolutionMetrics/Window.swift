// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// A soft edge laid onto arrays of certain extents, and the transforms of what is left.
struct Window {
  /// Three extents, slowest first; 1 for an axis that is not there.
  let extents: [Int]
  private let factors: [[Float]]

  init(extents: [Int], edge: SoftEdge) {
    self.extents = extents
    factors = extents.map { edge.factors(count: $0) }
  }

  /// All factors, the last axis running fastest.
  var values: [Float] {
    var values: [Float] = []
    values.reserveCapacity(extents.reduce(1, *))
    for slowest in factors[0] {
      for middle in factors[1] {
        for fastest in factors[2] { values.append(slowest * middle * fastest) }
      }
    }
    return values
  }

  /// Real values less their mean under the window, times the window.
  func faded(_ pixels: [Float]) -> [Complex64] {
    let window = values
    let mean = Float(innerProduct(pixels.span, window.span) / sum(window.span))
    return zip(pixels, window).map { Complex64($1 * ($0 - mean)) }
  }

  /// Complex values less their mean under the window, times the window.
  func faded(_ pixels: [Complex64]) -> [Complex64] {
    let window = values
    var (re, im, total) = (0.0, 0.0, 0.0)
    for (pixel, weight) in zip(pixels, window) {
      re += Double(weight * pixel.re)
      im += Double(weight * pixel.im)
      total += Double(weight)
    }
    let mean = Complex64(Float(re / total), Float(im / total))
    return zip(pixels, window).map { $1 * ($0 - mean) }
  }

  /// Transforms two arrays and sums over rings.
  ///
  /// - Parameters:
  ///   - first: The first array, [extents].
  ///   - second: The second array, same extents.
  ///   - shift: How far the second is moved first, pixels along the last two axes.
  /// - Returns: The sums over all rings.
  func sums(
    _ first: [Complex64],
    _ second: [Complex64],
    secondMovedBy shift: (rows: Double, columns: Double) = (0, 0)
  ) -> RingSums {
    let (a, b) = transforms(first, second)
    var moved = b
    if shift.rows != 0 || shift.columns != 0 {
      move(&moved, by: shift)
    }
    return RingSums(a.span, moved.span, extents: extents)
  }

  /// The transforms of two arrays, DC at the corner.
  func transforms(_ first: [Complex64], _ second: [Complex64]) -> ([Complex64], [Complex64]) {
    let plan = FourierPlan3D(sizes: extents)
    var (a, b) = (first, second)
    var span = a.mutableSpan
    plan.forward(&span)
    span = b.mutableSpan
    plan.forward(&span)
    return (a, b)
  }

  /// Multiplies a transform by exp(−2πi (k r / rows + l c / columns)).
  private func move(_ transform: inout [Complex64], by shift: (rows: Double, columns: Double)) {
    let down = phasors(extents[1], by: shift.rows)
    let right = phasors(extents[2], by: shift.columns)
    let plane = extents[1] * extents[2]
    for i in transform.indices {
      let inPlane = i % plane
      let phasor = down[inPlane / extents[2]] * right[inPlane % extents[2]]
      transform[i] = phasor * transform[i]
    }
  }

  private func phasors(_ extent: Int, by shift: Double) -> [Complex64] {
    (0..<extent).map { index in
      let signed = index <= extent / 2 ? index : index - extent
      let angle = -2 * .pi * Double(signed) * shift / Double(extent)
      return Complex64(Float(cosine(angle)), Float(sine(angle)))
    }
  }
}
