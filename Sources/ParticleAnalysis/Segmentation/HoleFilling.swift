// SPDX-License-Identifier: BSD-3-Clause

/// Where a hole is looked for.
public enum HoleShape: Sendable, Hashable {
  /// Enclosed on all sides.
  case enclosed
  /// Enclosed within a slice across one of the three axes: also a tunnel.
  case enclosedInSlices
}

extension VoxelMask {
  /// Chooses also what the chosen voxels enclose: background that faces connect to no border.
  ///
  /// P. Soille, Morphological Image Analysis, 2nd ed. (Springer, 2004), section 6.3.7.
  ///
  /// - Parameter shape: Whether a slice that encloses is enough.
  /// - Returns: The voxels with their holes.
  public func fillingHoles(_ shape: HoleShape = .enclosed) -> VoxelMask {
    switch shape {
    case .enclosed:
      return filling(axes: [true, true, true])
    case .enclosedInSlices:
      var union = self
      for across in 0..<3 {
        let filled = filling(axes: (0..<3).map { $0 != across })
        for index in union.values.indices where filled.values[index] { union.values[index] = true }
      }
      return union
    }
  }

  /// Fills what cannot be reached from a border along the axes (x, z, y) that are named.
  private func filling(axes: [Bool]) -> VoxelMask {
    var isOutside = [Bool](repeating: false, count: grid.count)
    var front: [Int] = []
    func reach(_ index: Int) {
      guard !values[index], !isOutside[index] else { return }
      isOutside[index] = true
      front.append(index)
    }
    let last = SIMD3(grid.sizeX - 1, grid.sizeZ - 1, grid.sizeY - 1)
    let strides = [grid.sizeZ * grid.sizeY, grid.sizeY, 1]
    for x in 0..<grid.sizeX {
      for z in 0..<grid.sizeZ {
        let isBorder =
          (axes[0] && (x == 0 || x == last.x)) || (axes[1] && (z == 0 || z == last.y))
        let row = grid.index(x: x, z: z, y: 0)
        if isBorder {
          for y in 0..<grid.sizeY { reach(row + y) }
        } else if axes[2], grid.sizeY > 0 {
          reach(row)
          reach(row + last.z)
        }
      }
    }
    while let index = front.popLast() {
      let place = grid.place(index)
      for axis in 0..<3 where axes[axis] {
        if place[axis] > 0 { reach(index - strides[axis]) }
        if place[axis] < last[axis] { reach(index + strides[axis]) }
      }
    }
    return VoxelMask(grid: grid, values: isOutside.map { !$0 })
  }
}
