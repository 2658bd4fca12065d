// SPDX-License-Identifier: BSD-3-Clause

/// The moments of a region up to the second: what of a box of the same spread is known at once.
///
/// They add, so that the union of two regions costs as little as one voxel.
public struct PlateMoments: Sendable, Hashable {
  /// The voxels, or their weights.
  public private(set) var mass = 0.0
  private var first = SIMD3<Double>.zero
  /// The sums of squares xx, zz, yy.
  private var squares = SIMD3<Double>.zero
  /// The sums of products zy, yx, xz.
  private var products = SIMD3<Double>.zero

  /// The moments of nothing.
  public init() {}

  /// Adds a voxel at a place (x, z, y).
  @inline(__always)
  public mutating func add(_ place: SIMD3<Double>, weight: Double = 1) {
    let weighted = weight * place
    mass += weight
    first += weighted
    squares += weighted * place
    products += SIMD3(weighted.y * place.z, weighted.z * place.x, weighted.x * place.y)
  }

  /// The moments of two regions together.
  public static func + (a: PlateMoments, b: PlateMoments) -> PlateMoments {
    var sum = a
    sum.mass += b.mass
    sum.first += b.first
    sum.squares += b.squares
    sum.products += b.products
    return sum
  }

  /// The centre of mass (x, z, y), voxels.
  public var center: SIMD3<Double> { mass > 0 ? first / mass : .zero }

  /// The covariance of places, voxels², as rows (x, z, y).
  var covariance: [SIMD3<Double>] {
    guard mass > 0 else { return [SIMD3<Double>](repeating: .zero, count: 3) }
    let c = center
    let s = squares / mass - c * c
    let p = products / mass - SIMD3(c.y * c.z, c.z * c.x, c.x * c.y)
    return [SIMD3(s.x, p.z, p.y), SIMD3(p.z, s.y, p.x), SIMD3(p.y, p.x, s.z)]
  }
}
