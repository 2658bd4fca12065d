// SPDX-License-Identifier: BSD-3-Clause

/// Splits regions that are two plates and more.
///
/// What is no plate is cut where that makes the best two plates. Two plates that lie on one another
/// fill their box and leave no maximum each where noise is stronger than the dip between them. But
/// the profile of the density across the facets, a mean over some hundred voxels, shows the dip:
/// there the region is cut, if both sides are large enough.
struct PlateSplitting {
  /// How far a profile must dip between two maxima, as a part of the lower one.
  var leastDip: Double
  /// The least part of its box that a plate fills.
  var leastFill: Double
  /// The voxels of the smallest plate.
  var fewest: Int

  /// A plane that cuts a region: places with `normal · place < offset` lie below.
  struct Cut {
    var normal: SIMD3<Double>
    var offset: Double
    /// How much is gained by it; cuts compete only within one region.
    var gain: Double
  }

  /// Splits once what can be split.
  ///
  /// - Parameters:
  ///   - partition: The regions.
  ///   - atGaps: Whether also plates that lie on one another are cut.
  /// - Returns: How many regions were cut.
  func split(_ partition: inout PlatePartition, atGaps: Bool) -> Int {
    let members = partition.members
    var count = 0
    var next = Int32(partition.regions.count)
    for label in partition.present {
      let voxels = members[label]
      guard voxels.count >= 2 * fewest,
        let cut = fillCut(label, voxels, partition)
          ?? (atGaps ? dipCut(label, voxels, partition) : nil)
      else { continue }
      for index in voxels
      where dot(cut.normal, SIMD3<Double>(partition.grid.place(index))) >= cut.offset {
        partition.labels[index] = next
      }
      next += 1
      count += 1
    }
    if count > 0 { partition.measure() }
    return count
  }

  /// The cut through the deepest dip of the profile across the facets.
  ///
  /// Along the facets a profile says less: how many voxels a thin plate has across its thickness
  /// beats with the grid, and necks between plates part in a watershed by themselves.
  private func dipCut(_ label: Int, _ voxels: [Int], _ partition: PlatePartition) -> Cut? {
    let axes = partition.regions[label].gradients.axes
    // Across the facets, and along them.
    let places = voxels.map { index in
      let place = SIMD3<Double>(partition.grid.place(index))
      return SIMD3(dot(axes[0], place), dot(axes[1], place), dot(axes[2], place))
    }
    let heights = places.map(\.x).sorted()
    guard let lowest = heights.first, let highest = heights.last else { return nil }
    // Rims are filled in part, and layers differ in how many of their voxels they have: left out.
    let (inFirst, inSecond) = (Self.middle(of: places.map(\.y)), Self.middle(of: places.map(\.z)))
    // Means over triangles of one voxel to either side, every half voxel.
    let pitch = 0.5
    let bins = Int((highest - lowest) / pitch) + 2
    var sums = [Double](repeating: 0, count: bins)
    var weights = sums
    for (place, index) in zip(places, voxels)
    where inFirst.contains(place.y) && inSecond.contains(place.z) {
      let position = (place.x - lowest) / pitch
      let level = Double(partition.levels[index])
      for bin in max(Int(position) - 1, 0)...min(Int(position) + 2, bins - 1) {
        let weight = max(1 - abs(position - Double(bin)) * pitch, 0)
        sums[bin] += weight * level
        weights[bin] += weight
      }
    }
    // A few voxels say nothing.
    let leastWeight = 4.0
    let profile = zip(sums, weights).map { $1 >= leastWeight ? $0 / $1 : 0 }
    var peaks = [Double](repeating: 0, count: bins + 1)
    for bin in profile.indices.reversed() { peaks[bin] = max(peaks[bin + 1], profile[bin]) }
    var peak = 0.0
    var best: Cut?
    for bin in profile.indices.dropFirst().dropLast() {
      peak = max(peak, profile[bin - 1])
      guard weights[bin] >= leastWeight else { continue }
      let depth = 1 - profile[bin] / max(min(peak, peaks[bin + 1]), 1e-6)
      guard depth >= leastDip, depth > best?.gain ?? 0 else { continue }
      let offset = lowest + pitch * Double(bin)
      let below = heights.partitioningIndex { $0 >= offset }
      guard below >= fewest, heights.count - below >= fewest else { continue }
      best = Cut(normal: axes[0], offset: offset, gain: depth)
    }
    return best
  }

  /// The inner 80 % of what some places take up.
  private static func middle(of places: [Double]) -> ClosedRange<Double> {
    let (low, high) = (places.min() ?? 0, places.max() ?? 0)
    return low + 0.1 * (high - low)...high - 0.1 * (high - low)
  }

  /// The cut across an axis that makes the best two plates of a region that is none.
  private func fillCut(_ label: Int, _ voxels: [Int], _ partition: PlatePartition) -> Cut? {
    let region = partition.regions[label]
    let fill = region.fill
    guard fill < leastFill else { return nil }
    let total = region.moments.mass
    var best: Cut?
    for normal in region.gradients.axes + region.box.axes {
      // In slabs of a voxel, so that every cut between them costs one sum.
      let places = voxels.map { SIMD3<Double>(partition.grid.place($0)) }
      let heights = places.map { dot(normal, $0) }
      guard let lowest = heights.min(), let highest = heights.max() else { continue }
      var slabs = [PlateMoments](repeating: PlateMoments(), count: Int(highest - lowest) + 1)
      for (place, height) in zip(places, heights) { slabs[Int(height - lowest)].add(place) }
      var below = PlateMoments()
      var above = [PlateMoments](repeating: PlateMoments(), count: slabs.count + 1)
      for slab in slabs.indices.reversed() { above[slab] = above[slab + 1] + slabs[slab] }
      for slab in slabs.indices.dropLast() {
        below = below + slabs[slab]
        let rest = above[slab + 1]
        guard below.mass >= Double(fewest), rest.mass >= Double(fewest) else { continue }
        let parts = [below, rest].map { ($0.mass / total) * min($0.mass / PlateBox($0).volume, 1) }
        let gain = parts[0] + parts[1] - fill
        if gain > 0.05, gain > best?.gain ?? 0 {
          best = Cut(normal: normal, offset: lowest + Double(slab + 1), gain: gain)
        }
      }
    }
    return best
  }
}

extension PlatePartition {
  /// The voxels of every region, by label, in the order of memory.
  var members: [[Int]] {
    var members = [[Int]](repeating: [], count: regions.count)
    for index in voxels { members[Int(labels[index])].append(index) }
    return members
  }
}

extension [Double] {
  /// Where in a sorted array the first element stands for which a condition holds.
  fileprivate func partitioningIndex(where holds: (Double) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
