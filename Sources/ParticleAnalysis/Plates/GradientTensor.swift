// SPDX-License-Identifier: BSD-3-Clause

/// The sum of outer products of a region's density gradients.
///
/// J. Bigün and G. H. Granlund, Proc. 1st Int. Conf. Computer Vision (IEEE, 1987), p. 433. Most of
/// a plate's gradients stand on its facets, so that the first eigenvector is their normal; this also
/// holds for plates that lie on one another, where the axes of the moments turn.
struct GradientTensor: Sendable, Hashable {
  private var squares = SIMD3<Double>.zero
  /// The sums of products zy, yx, xz.
  private var products = SIMD3<Double>.zero

  /// Adds a gradient (x, z, y).
  @inline(__always)
  mutating func add(_ gradient: SIMD3<Float>) {
    let g = SIMD3<Double>(gradient)
    squares += g * g
    products += SIMD3(g.y * g.z, g.z * g.x, g.x * g.y)
  }

  static func + (a: GradientTensor, b: GradientTensor) -> GradientTensor {
    var sum = a
    sum.squares += b.squares
    sum.products += b.products
    return sum
  }

  /// The directions (x, z, y) from the one across the facets to the one with the least gradients.
  var axes: [SIMD3<Double>] {
    let (s, p) = (squares, products)
    return SymmetricEigen([SIMD3(s.x, p.z, p.y), SIMD3(p.z, s.y, p.x), SIMD3(p.y, p.x, s.z)])
      .vectors
  }
}
