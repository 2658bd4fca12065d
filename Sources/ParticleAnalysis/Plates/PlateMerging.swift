// SPDX-License-Identifier: BSD-3-Clause

/// Joins neighbouring regions whose union is still a plate.
///
/// Two things tell fragments of one plate from two plates that touch. The union of fragments fills
/// the box of its moments; that of plates at an angle, or side by side, does not. And the density on
/// the way from one fragment to the other does not dip, where a gap between plates, even one that is
/// narrower than the resolution, leaves a dip. The pair that makes the best plate comes first, as in
/// the merging of regions by J.-M. Beaulieu and M. Goldberg, IEEE Trans. Pattern Anal. Mach. Intell.
/// 11, 150 (1989), doi 10.1109/34.16711.
struct PlateMerging {
  /// The least part of its box that a plate fills.
  var leastFill: Double
  /// The least level on the way between two fragments, as a part of the level inside of them.
  var leastPass = 0.92

  /// Joins what belongs together.
  func merge(_ partition: inout PlatePartition) {
    var queue = MergeQueue()
    var versions = [Int](repeating: 0, count: partition.regions.count)
    func offer(_ a: Int, _ b: Int, _ partition: PlatePartition) {
      guard let score = score(a, b, partition) else { return }
      queue.insert(
        Candidate(score: score, a: a, b: b, versionA: versions[a], versionB: versions[b])
      )
    }
    for a in partition.present {
      for b in partition.regions[a].contacts.keys.sorted() where b > a { offer(a, b, partition) }
    }
    var new = Array(partition.regions.indices)
    while let next = queue.removeBest() {
      guard versions[next.a] == next.versionA, versions[next.b] == next.versionB else { continue }
      let (kept, gone) = (next.a, next.b)
      partition.join(gone, into: kept)
      new[gone] = kept
      versions[kept] += 1
      versions[gone] += 1
      for neighbor in partition.regions[kept].contacts.keys.sorted() {
        offer(min(kept, neighbor), max(kept, neighbor), partition)
      }
    }
    for label in new.indices {
      var root = new[label]
      while new[root] != root { root = new[root] }
      new[label] = root
    }
    partition.relabel(new)
  }

  /// How good a plate two regions make together; nil where they do not belong together.
  func score(_ a: Int, _ b: Int, _ partition: PlatePartition) -> Double? {
    let (first, second) = (partition.regions[a], partition.regions[b])
    guard let contact = first.contacts[b] else { return nil }
    let pass = contact.quantile(0.75) / max(min(first.inside, second.inside), 1e-6)
    guard pass >= leastPass else { return nil }
    let union = first.moments + second.moments
    let fill = union.mass / PlateBox(union).volume
    let separate =
      (first.moments.mass * first.fill + second.moments.mass * second.fill) / union.mass
    guard fill >= leastFill, fill >= separate - 0.08 else { return nil }
    return fill
  }
}

/// Two regions that may be joined.
private struct Candidate {
  var score: Double
  var a: Int
  var b: Int
  var versionA: Int
  var versionB: Int

  func precedes(_ other: Candidate) -> Bool {
    score > other.score || (score == other.score && (a, b) < (other.a, other.b))
  }
}

/// Candidates, the best first.
private struct MergeQueue {
  private var heap: [Candidate] = []

  mutating func insert(_ candidate: Candidate) {
    heap.append(candidate)
    var child = heap.count - 1
    while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func removeBest() -> Candidate? {
    guard let best = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return best }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
      guard heap[child].precedes(heap[parent]) else { break }
      heap.swapAt(child, parent)
      parent = child
    }
    return best
  }
}
