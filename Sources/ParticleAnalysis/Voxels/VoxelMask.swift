// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// A choice of voxels, [x, z, y].
public struct VoxelMask: Hashable, Sendable {
  /// The extents.
  public let grid: VoxelGrid
  /// Whether each voxel is chosen, [x, z, y].
  public var values: [Bool]

  /// Takes a choice stored [x, z, y].
  public init(grid: VoxelGrid, values: [Bool]) {
    precondition(values.count == grid.count, "the choice does not match the extents")
    self.grid = grid
    self.values = values
  }

  /// Chooses the voxels of a volume that lie above a threshold; NaN never does.
  public init(of volume: Volume, above threshold: Float) {
    self.init(grid: VoxelGrid(of: volume), values: volume.values.map { $0 > threshold })
  }
}
