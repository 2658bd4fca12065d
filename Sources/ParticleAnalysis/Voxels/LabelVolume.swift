// SPDX-License-Identifier: BSD-3-Clause

/// Which region each voxel belongs to, [x, z, y]; 0 for none, regions count from 1.
public struct LabelVolume: Hashable, Sendable {
  /// The extents.
  public let grid: VoxelGrid
  /// The labels, [x, z, y].
  public var values: [Int32]

  /// Takes labels stored [x, z, y].
  public init(grid: VoxelGrid, values: [Int32]) {
    precondition(values.count == grid.count, "the labels do not match the extents")
    self.grid = grid
    self.values = values
  }

  /// Makes labels of voxels that all belong to nothing.
  public init(grid: VoxelGrid) {
    self.init(grid: grid, values: [Int32](repeating: 0, count: grid.count))
  }

  /// The greatest label; 0 where there is no region.
  public var greatest: Int { Int(values.max() ?? 0) }

  /// The number of voxels of each label, from 0 for none.
  public var sizes: [Int] {
    var sizes = [Int](repeating: 0, count: greatest + 1)
    for label in values { sizes[Int(label)] += 1 }
    return sizes
  }
}
