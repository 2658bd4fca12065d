// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// The discrete Fourier transform of volumes of one extent, in place, DC at the corner, unscaled.
public final class FourierPlan3D: Sendable {
  /// The three extents, slowest first.
  public let sizes: [Int]
  private let plans: PlanPair

  /// Plans the transforms of volumes; waits while another thread is planning.
  ///
  /// - Parameters:
  ///   - sizes: Three extents, slowest first, as `Volume` stores them: [x, z, y].
  ///   - effort: How long to search; a volume is rarely transformed often enough to search long.
  public init(sizes: [Int], effort: PlanningEffort = .estimate) {
    precondition(sizes.count == 3, "a volume has three extents")
    self.sizes = sizes
    plans = PlanPair(sizes: sizes, effort: effort)
  }

  /// Transforms voxels, without scaling.
  public func forward(_ x: inout MutableSpan<Complex64>) {
    plans.forward(&x)
  }

  /// Transforms back without scaling: `inverse` after `forward` multiplies by the voxel count.
  public func inverse(_ x: inout MutableSpan<Complex64>) {
    plans.inverse(&x)
  }
}
