// SPDX-License-Identifier: BSD-3-Clause

/// How often levels between 0 and 5/4 of solid material occur; histograms of regions add.
struct LevelHistogram: Sendable, Hashable {
  private static let binsPerUnit: Float = 25.6
  private var counts = SIMD32<Int32>.zero
  private(set) var total: Int32 = 0

  /// Counts a level, a fraction of solid material.
  @inline(__always)
  mutating func add(_ level: Float) {
    counts[min(max(Int(level * Self.binsPerUnit), 0), 31)] += 1
    total += 1
  }

  static func + (a: LevelHistogram, b: LevelHistogram) -> LevelHistogram {
    var sum = a
    sum.counts &+= b.counts
    sum.total += b.total
    return sum
  }

  /// The level that a part of all lies below, as the middle of a bin or between two.
  func quantile(_ part: Double) -> Double {
    let wanted = part * Double(total)
    var below = 0.0
    for bin in 0..<32 where counts[bin] > 0 {
      let count = Double(counts[bin])
      if below + count >= wanted {
        return (Double(bin) + (wanted - below) / count) / Double(Self.binsPerUnit)
      }
      below += count
    }
    return 0
  }
}
