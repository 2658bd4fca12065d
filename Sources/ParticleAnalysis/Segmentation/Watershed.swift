// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// Parts a landscape into the basins of given markers, without lines between them.
///
/// F. Meyer, Signal Process. 38, 113 (1994), doi 10.1016/0165-1684(94)90060-4, by an ordered queue:
/// the lowest voxel next to a basin joins it; of those as low the one that was reached first.
public struct Watershed: Sendable {
  /// Which voxels count as neighbours.
  public var connectivity: Connectivity

  /// Makes a watershed.
  public init(_ connectivity: Connectivity = .corners) {
    self.connectivity = connectivity
  }

  /// Floods a landscape from its markers.
  ///
  /// - Parameters:
  ///   - landscape: The heights, [x, z, y].
  ///   - markers: Where each basin begins; 0 where none does.
  ///   - mask: The voxels that may be flooded.
  /// - Returns: The basins; 0 outside of the mask and where no marker reaches.
  public func flood(
    _ landscape: Volume,
    from markers: LabelVolume,
    in mask: VoxelMask
  ) -> LabelVolume {
    precondition(
      markers.grid == mask.grid && VoxelGrid(of: landscape) == mask.grid,
      "landscape, markers and mask differ in extent"
    )
    let heights = landscape.values
    let neighbors = Neighborhood(mask.grid, connectivity)
    var labels = markers
    var queue = OrderedQueue()
    for index in labels.values.indices where labels.values[index] > 0 {
      if mask.values[index] {
        queue.insert(index, at: heights[index])
      } else {
        labels.values[index] = 0
      }
    }
    while let index = queue.removeLowest() {
      let label = labels.values[index]
      let level = heights[index]
      neighbors.forEach(of: index) { neighbor in
        guard mask.values[neighbor], labels.values[neighbor] == 0 else { return }
        labels.values[neighbor] = label
        // Water that runs down a slope stands at the level of the pass it came over.
        queue.insert(neighbor, at: max(heights[neighbor], level))
      }
    }
    return labels
  }
}

/// Voxels in the order of a height; of those as high the one that came first comes out first.
private struct OrderedQueue {
  private struct Entry {
    var height: Float
    var age: UInt32
    var index: UInt32

    func precedes(_ other: Entry) -> Bool {
      height < other.height || (height == other.height && age < other.age)
    }
  }

  private var heap: [Entry] = []
  private var age: UInt32 = 0

  mutating func insert(_ index: Int, at height: Float) {
    let entry = Entry(height: height, age: age, index: UInt32(index))
    age &+= 1
    var hole = heap.count
    heap.append(entry)
    while hole > 0 {
      let parent = (hole - 1) / 2
      guard entry.precedes(heap[parent]) else { break }
      heap[hole] = heap[parent]
      hole = parent
    }
    heap[hole] = entry
  }

  mutating func removeLowest() -> Int? {
    guard let lowest = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return Int(lowest.index) }
    var hole = 0
    while true {
      var child = 2 * hole + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
      guard heap[child].precedes(last) else { break }
      heap[hole] = heap[child]
      hole = child
    }
    heap[hole] = last
    return Int(lowest.index)
  }
}
