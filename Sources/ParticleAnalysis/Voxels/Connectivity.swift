// SPDX-License-Identifier: BSD-3-Clause

/// Which voxels count as neighbours.
public enum Connectivity: Int, Sendable, Hashable {
  /// The six that share a face.
  case faces = 6
  /// The 26 that share a face, an edge or a corner.
  case corners = 26

  /// The steps (x, z, y) to the neighbours, in the order of memory.
  public var steps: [SIMD3<Int>] {
    var steps: [SIMD3<Int>] = []
    for x in -1...1 {
      for z in -1...1 {
        for y in -1...1 {
          let size = abs(x) + abs(z) + abs(y)
          if size == 1 || (size > 1 && self == .corners) { steps.append(SIMD3(x, z, y)) }
        }
      }
    }
    return steps
  }

  /// Half of the steps: of each pair of neighbours the one that stands first in memory.
  var backwardSteps: [SIMD3<Int>] { Array(steps.prefix(rawValue / 2)) }
}

/// The steps to the neighbours of a grid's voxels, as places and as distances in memory.
struct Neighborhood {
  let grid: VoxelGrid
  let steps: [SIMD3<Int>]
  let offsets: [Int]

  init(_ grid: VoxelGrid, _ connectivity: Connectivity, backward: Bool = false) {
    self.grid = grid
    steps = backward ? connectivity.backwardSteps : connectivity.steps
    offsets = steps.map { ($0.x * grid.sizeZ + $0.y) * grid.sizeY + $0.z }
  }

  /// Calls `body` with each neighbour's place in memory.
  @inline(__always)
  func forEach(of index: Int, _ body: (Int) -> Void) {
    let place = grid.place(index)
    if grid.isInside(place) {
      for offset in offsets { body(index + offset) }
    } else {
      for (step, offset) in zip(steps, offsets) where grid.contains(place &+ step) {
        body(index + offset)
      }
    }
  }
}
