// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// The extents of a volume and how its voxels follow one another, [x, z, y] with y fastest.
public struct VoxelGrid: Hashable, Sendable {
  /// The extent along x.
  public let sizeX: Int
  /// The extent along z.
  public let sizeZ: Int
  /// The extent along y, the rotation axis.
  public let sizeY: Int

  /// Makes a grid.
  public init(sizeX: Int, sizeZ: Int, sizeY: Int) {
    precondition(sizeX >= 0 && sizeZ >= 0 && sizeY >= 0, "an extent is negative")
    self.sizeX = sizeX
    self.sizeZ = sizeZ
    self.sizeY = sizeY
  }

  /// The grid of a volume.
  public init(of volume: Volume) {
    self.init(sizeX: volume.sizeX, sizeZ: volume.sizeZ, sizeY: volume.sizeY)
  }

  /// The number of voxels.
  @inlinable public var count: Int { sizeX * sizeZ * sizeY }

  /// The extents in the order in which voxels are stored, [x, z, y].
  public var extents: [Int] { [sizeX, sizeZ, sizeY] }

  /// Where a voxel stands in an array of the grid.
  @inlinable
  public func index(x: Int, z: Int, y: Int) -> Int { (x * sizeZ + z) * sizeY + y }

  /// The place (x, z, y) of a voxel.
  @inlinable
  public func place(_ index: Int) -> SIMD3<Int> {
    let row = index / sizeY
    let x = row / sizeZ
    return SIMD3(x, row - x * sizeZ, index - row * sizeY)
  }

  /// Whether a place (x, z, y) lies in the grid.
  @inlinable
  public func contains(_ place: SIMD3<Int>) -> Bool {
    place.x >= 0 && place.x < sizeX && place.y >= 0 && place.y < sizeZ && place.z >= 0
      && place.z < sizeY
  }

  /// Whether a place (x, z, y) has all of its neighbours in the grid.
  @inlinable
  public func isInside(_ place: SIMD3<Int>) -> Bool {
    place.x > 0 && place.x < sizeX - 1 && place.y > 0 && place.y < sizeZ - 1 && place.z > 0
      && place.z < sizeY - 1
  }
}
