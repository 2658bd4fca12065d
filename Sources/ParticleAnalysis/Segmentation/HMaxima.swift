// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// The maxima of a volume that stand out of their surroundings by a given height.
///
/// A maximum's dynamics is how far one must go down from it to reach a higher one; the highest of a
/// connected part has no limit (M. Grimaud, Proc. SPIE 1769, 292 (1992), doi 10.1117/12.60650). A
/// maximum with dynamics of h and more is an h-maximum (P. Soille, Morphological Image Analysis, 2nd
/// ed. (Springer, 2004), section 6.3.4). Found by flooding from the top down: voxels join the parts
/// about them in the order of their height, and where two parts meet the lower one's dynamics is
/// known. Sorting rules the cost.
public struct HMaxima: Sendable {
  /// A maximum.
  public struct Maximum: Sendable, Hashable {
    /// One of its voxels: the first in memory of those that are as high.
    public var index: Int
    /// Its height.
    public var height: Float
    /// How far below it the pass to a higher one lies; infinite for the highest of its part.
    public var dynamics: Float
  }

  /// The maxima, the highest first; of those as high the first in memory.
  public private(set) var maxima: [Maximum]

  /// Finds the maxima of the chosen voxels.
  ///
  /// - Parameters:
  ///   - volume: The heights, [x, z, y].
  ///   - mask: The voxels that count.
  ///   - height: The least dynamics.
  ///   - connectivity: Which voxels count as neighbours.
  public init(
    of volume: Volume,
    in mask: VoxelMask,
    height: Float,
    _ connectivity: Connectivity = .corners
  ) {
    let heights = volume.values
    let order = descendingOrder(of: heights, in: mask)
    let neighbors = Neighborhood(mask.grid, connectivity)
    // Which part a voxel has joined, as a number of `parts`.
    var joined = [Int32](repeating: 0, count: mask.grid.count)
    var parts = DisjointSets()
    // The highest voxel of each part; parts are numbered from the highest down, so that the root,
    // the smallest number, is the part with the highest maximum.
    var peaks: [Maximum] = []
    for index in order {
      let level = heights[index]
      var own = 0
      neighbors.forEach(of: index) { neighbor in
        let other = joined[neighbor]
        guard other > 0 else { return }
        let root = parts.root(of: Int(other))
        guard own > 0 else {
          own = root
          return
        }
        guard root != own else { return }
        let lower = max(own, root)
        peaks[lower - 1].dynamics = peaks[lower - 1].height - level
        own = parts.join(own, root)
      }
      if own == 0 {
        own = parts.add()
        peaks.append(Maximum(index: index, height: level, dynamics: .infinity))
      }
      joined[index] = Int32(own)
    }
    maxima = peaks.filter { $0.dynamics >= height && $0.dynamics > 0 }
  }

  /// Markers for a watershed: a label for each maximum, at its highest voxels.
  ///
  /// - Parameters:
  ///   - volume: The heights, as before.
  ///   - mask: The voxels that count, as before.
  ///   - connectivity: As before.
  /// - Returns: The labels, from 1 in the order of `maxima`.
  public func markers(
    of volume: Volume,
    in mask: VoxelMask,
    _ connectivity: Connectivity = .corners
  ) -> LabelVolume {
    let neighbors = Neighborhood(mask.grid, connectivity)
    var labels = LabelVolume(grid: mask.grid)
    for (number, maximum) in maxima.enumerated() {
      var front = [maximum.index]
      labels.values[maximum.index] = Int32(number + 1)
      while let index = front.popLast() {
        neighbors.forEach(of: index) { neighbor in
          guard mask.values[neighbor], labels.values[neighbor] == 0,
            volume.values[neighbor] == maximum.height
          else { return }
          labels.values[neighbor] = Int32(number + 1)
          front.append(neighbor)
        }
      }
    }
    return labels
  }
}

/// The chosen voxels from the highest down; of those as high the first in memory first.
func descendingOrder(of heights: [Float], in mask: VoxelMask) -> [Int] {
  // Height and place in one word: an order of whole numbers, and the place comes along. Bits of
  // floats, with the lower half turned round, are in the order of the numbers.
  var keys: [UInt64] = []
  for index in mask.values.indices where mask.values[index] {
    let bits = heights[index].bitPattern
    let rising = bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
    keys.append(UInt64(~rising) << 32 | UInt64(UInt32(index)))
  }
  keys.sort()
  return keys.map { Int($0 & 0xFFFF_FFFF) }
}
