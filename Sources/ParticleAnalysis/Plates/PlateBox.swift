// SPDX-License-Identifier: BSD-3-Clause

/// The rectangular box that has the moments of a region.
///
/// A box with edges L has the variances L²/12 along its axes. Voxels that lie in a box of whole
/// edges n have (n² − 1)/12 (W. F. Sheppard, Proc. London Math. Soc. 29, 353 (1898)), so that
/// L² = 12 λ + 1 with the eigenvalues λ of the covariance, voxels².
public struct PlateBox: Sendable, Hashable {
  /// The centre (x, z, y), voxels.
  public var center: SIMD3<Double>
  /// The directions (x, z, y) of the edges, the longest first, orthonormal.
  public var axes: [SIMD3<Double>]
  /// The edges, the longest first, voxels.
  public var lengths: SIMD3<Double>

  /// Takes a box.
  public init(center: SIMD3<Double>, axes: [SIMD3<Double>], lengths: SIMD3<Double>) {
    precondition(axes.count == 3, "a box has three axes")
    self.center = center
    self.axes = axes
    self.lengths = lengths
  }

  /// Fits a box to moments.
  ///
  /// - Parameters:
  ///   - moments: The moments of at least one voxel.
  ///   - blur: The variance that a blur has added along each axis, voxels².
  public init(_ moments: PlateMoments, blur: Double = 0) {
    let eigen = SymmetricEigen(moments.covariance)
    center = moments.center
    axes = eigen.vectors
    lengths = .zero
    for k in 0..<3 { lengths[k] = max(12 * (eigen.values[k] - blur) + 1, 0.25).squareRoot() }
  }

  /// The volume, voxels.
  public var volume: Double { lengths.x * lengths.y * lengths.z }

  /// How far a place (x, z, y) lies outside of the nearest face, voxels; negative inside.
  @inline(__always)
  public func distance(to place: SIMD3<Double>) -> Double {
    let offset = place - center
    let u = SIMD3(dot(axes[0], offset), dot(axes[1], offset), dot(axes[2], offset))
    let outside = SIMD3(abs(u.x), abs(u.y), abs(u.z)) - 0.5 * lengths
    return outside.max()
  }
}
