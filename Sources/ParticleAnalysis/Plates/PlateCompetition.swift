// SPDX-License-Identifier: BSD-3-Clause

/// Moves the borders between touching regions to where their boxes meet.
///
/// Each voxel at a border goes to the region whose box it lies deepest in, and boxes are fitted
/// anew, until nothing moves: Lloyd's iteration (IEEE Trans. Inf. Theory 28, 129 (1982), doi
/// 10.1109/TIT.1982.1056489) with boxes for centres. Where the edge of one plate stands on the
/// facet of another, a watershed gives a part of one to the other; the boxes know better.
struct PlateCompetition {
  /// The most rounds.
  var rounds = 12

  /// Moves borders; regions that lose all voxels are gone.
  func settle(_ partition: inout PlatePartition) {
    let neighbors = Neighborhood(partition.grid, .corners)
    var moments = partition.regions.map(\.moments)
    var border = Self.border(of: partition, neighbors)
    var isChanged = false
    for _ in 0..<rounds {
      let boxes = moments.map { $0.mass > 0 ? PlateBox($0) : nil }
      // Every voxel by the same labels, whatever the order.
      var moves: [(index: Int, label: Int)] = []
      for index in border {
        let own = Int(partition.labels[index])
        let place = SIMD3<Double>(partition.grid.place(index))
        var best = own
        var distance = boxes[own]?.distance(to: place) ?? .infinity
        var seen = own
        neighbors.forEach(of: index) { other in
          let label = Int(partition.labels[other])
          guard label > 0, label != own, label != seen else { return }
          seen = label
          let rival = boxes[label]?.distance(to: place) ?? .infinity
          if rival < distance {
            best = label
            distance = rival
          }
        }
        if best != own { moves.append((index, best)) }
      }
      guard !moves.isEmpty else { break }
      isChanged = true
      var next = Set(border)
      for move in moves {
        let place = SIMD3<Double>(partition.grid.place(move.index))
        // Whole numbers: nothing is lost by taking away.
        moments[Int(partition.labels[move.index])].add(place, weight: -1)
        moments[move.label].add(place)
        partition.labels[move.index] = Int32(move.label)
        neighbors.forEach(of: move.index) { other in
          if partition.labels[other] > 0 { next.insert(other) }
        }
      }
      border = next.sorted()
    }
    if isChanged { partition.measure() }
  }

  /// The voxels that have a neighbour in another region.
  private static func border(of partition: PlatePartition, _ neighbors: Neighborhood) -> [Int] {
    let labels = partition.labels
    return partition.voxels.filter { index in
      let own = labels[index]
      var isBorder = false
      neighbors.forEach(of: index) { other in
        if labels[other] > 0, labels[other] != own { isBorder = true }
      }
      return isBorder && own > 0
    }
  }
}
