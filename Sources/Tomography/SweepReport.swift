// SPDX-License-Identifier: BSD-3-Clause

/// What one sweep over all tilts has done to a volume.
public struct SweepReport: Sendable, Hashable {
  /// The sweep, counted from 0.
  public let sweep: Int
  /// How many sweeps there are to be.
  public let count: Int
  /// The weighted root-mean-square difference of measured and re-projected values, each taken when
  /// its ray's turn came, the projections' unit.
  public let residual: Double
  /// The root mean square over voxels of what the sweep's folds have corrected, each fold's
  /// corrections added as if independent of the others, the volume's unit.
  public let change: Double
}
