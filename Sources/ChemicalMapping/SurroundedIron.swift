// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// What the voxels that hold iron and those beside them add up to, by three levels of empty voxels.
///
/// The edge of a particle is spread over neighbouring voxels, and more so at the energy that resolves less.
/// The voxels above a level would leave these tails out, of one energy more than of the other, and the
/// composition of their sum would not be that of the particle.
enum SurroundedIron {
  /// Voxels within so many steps along the axes are beside.
  static let reach = 2

  /// Sums a pair of volumes or images.
  ///
  /// - Parameters:
  ///   - pair: The optical densities.
  ///   - kernel: What says whether a voxel holds iron.
  ///   - isNonNegative: How concentrations are solved.
  ///   - work: Threads that share the planes; their number does not change the result.
  /// - Returns: The sums; nil where there are no voxels.
  static func sums(
    _ pair: TwoEnergyInversion.Pair,
    _ kernel: VoxelKernel,
    isNonNegative: Bool,
    sharing work: any WorkSharing
  ) -> IronSums? {
    guard pair.planeLength > 0 else { return nil }
    let planes = pair.first.count / pair.planeLength
    return sharedSum(over: planes, sharing: work) { range in
      sums(pair, kernel, isNonNegative, range, of: planes)
    } join: {
      $0.add($1)
    }
  }

  /// Sums some planes.
  private static func sums(
    _ pair: TwoEnergyInversion.Pair,
    _ kernel: VoxelKernel,
    _ isNonNegative: Bool,
    _ range: Range<Int>,
    of planes: Int
  ) -> IronSums {
    let (row, plane) = (pair.rowLength, pair.planeLength)
    let (first, second) = (pair.first.span, pair.second.span)
    let rows = plane / row
    var marks = [UInt8](repeating: 0, count: range.count * plane)
    var levels = [UInt8](repeating: 0, count: row)
    let sources = max(0, range.lowerBound - reach)..<min(planes, range.upperBound + reach)
    for source in sources {
      for z in 0..<rows {
        let start = source * plane + z * row
        var ends = row..<row
        for y in 0..<row {
          let level = kernel.level(
            first[start + y],
            second[start + y],
            isNonNegative: isNonNegative
          )
          levels[y] = level
          if level != 0 { ends = min(ends.lowerBound, y)..<(y + 1) }
        }
        guard ends.lowerBound < row else { continue }
        for target in max(
          range.lowerBound,
          source - reach
        )..<min(range.upperBound, source + reach + 1) {
          let left = reach - abs(target - source)
          for other in max(0, z - left)...min(rows - 1, z + left) {
            mark(
              &marks,
              at: (target - range.lowerBound) * plane + other * row,
              levels.span,
              ends,
              reach: left - abs(other - z)
            )
          }
        }
      }
    }
    var sums = IronSums()
    let start = range.lowerBound * plane
    for place in marks.indices where marks[place] != 0 {
      let (x, y) = (first[start + place], second[start + place])
      guard (x + y).isFinite else { continue }
      sums.add(x, y, levels: marks[place])
    }
    return sums
  }

  /// Marks a row by one nearby: what lies within `reach` of its voxels.
  private static func mark(
    _ marks: inout [UInt8],
    at start: Int,
    _ levels: Span<UInt8>,
    _ ends: Range<Int>,
    reach: Int
  ) {
    var row = marks.mutableSpan
    for shift in -reach...reach {
      let (from, to) = (max(ends.lowerBound, -shift), min(ends.upperBound, levels.count - shift))
      guard from < to else { continue }
      for y in from..<to { row[start + y + shift] |= levels[y] }
    }
  }
}
