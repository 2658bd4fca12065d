// SPDX-License-Identifier: BSD-3-Clause

/// The exact squared Euclidean distance of voxels to the nearest voxel that is not chosen.
///
/// P. F. Felzenszwalb and D. P. Huttenlocher, Theory Comput. 8, 415 (2012), doi
/// 10.4086/toc.2012.v008a019: along each axis in turn the lower envelope of parabolas that stand on
/// the distances found before; whole numbers throughout, so that nothing is rounded. Linear in the
/// number of voxels.
public struct DistanceTransform: Sendable, Hashable {
  /// The extents.
  public let grid: VoxelGrid
  /// The squared distances, voxels², [x, z, y]; 0 where a voxel is not chosen, `infinite` where
  /// all voxels are.
  public private(set) var squares: [Int32]

  /// The square that stands for no distance at all.
  public static let infinite = Int32.max / 4

  /// Measures the distances.
  public init(of mask: VoxelMask) {
    grid = mask.grid
    squares = mask.values.map { $0 ? Self.infinite : 0 }
    alongY()
    // Lines of z and x in turn stand `sizeY` and `sizeZ · sizeY` apart; they are taken together for
    // all y, and only where a voxel is chosen.
    var line = ParabolaLine(length: max(grid.sizeX, grid.sizeZ))
    for x in 0..<grid.sizeX {
      for y in 0..<grid.sizeY {
        line.transform(
          &squares,
          from: x * grid.sizeZ * grid.sizeY + y,
          by: grid.sizeY,
          count: grid.sizeZ
        )
      }
    }
    for rest in 0..<grid.sizeZ * grid.sizeY {
      line.transform(&squares, from: rest, by: grid.sizeZ * grid.sizeY, count: grid.sizeX)
    }
  }

  /// The first pass: the distance within a run of chosen voxels, squared.
  private mutating func alongY() {
    let height = grid.sizeY
    for row in stride(from: 0, to: squares.count, by: max(height, 1)) {
      var distance = Self.infinite
      for y in 0..<height {
        let value = squares[row + y]
        distance = value == 0 ? 0 : min(distance + 1, Self.infinite)
        squares[row + y] = distance
      }
      distance = Self.infinite
      for y in stride(from: height - 1, through: 0, by: -1) {
        distance = squares[row + y] == 0 ? 0 : min(distance + 1, Self.infinite)
        let nearest = min(squares[row + y], distance)
        // 46340² is the last square that an Int32 holds; volumes are smaller.
        squares[row + y] = nearest >= 23170 ? Self.infinite : nearest * nearest
        distance = min(distance, nearest)
      }
    }
  }
}

/// Room for the lower envelope of one line.
private struct ParabolaLine {
  private var heights: [Int32]
  private var places: [Int32]
  /// From where on each parabola of the envelope is the lowest.
  private var starts: [Int32]

  init(length: Int) {
    heights = [Int32](repeating: 0, count: length)
    places = heights
    starts = heights
  }

  mutating func transform(_ squares: inout [Int32], from start: Int, by stride: Int, count: Int) {
    var highest: Int32 = 0
    for i in 0..<count {
      let height = squares[start + i * stride]
      heights[i] = height
      highest = max(highest, height)
    }
    guard highest > 0 else { return }
    var last = -1
    for q in 0..<Int32(count) where heights[Int(q)] < DistanceTransform.infinite {
      var from: Int32 = 0
      while last >= 0 {
        let p = places[last]
        // Where the parabola at q becomes lower than the one at p, rounded up.
        let numerator = heights[Int(q)] - heights[Int(p)] + q * q - p * p
        let denominator = 2 * (q - p)
        from = numerator > 0 ? (numerator + denominator - 1) / denominator : 0
        if from > starts[last] { break }
        last -= 1
        from = 0
      }
      guard from < Int32(count) else { continue }
      last += 1
      places[last] = q
      starts[last] = from
    }
    guard last >= 0 else { return }
    var k = 0
    for i in 0..<Int32(count) {
      while k < last, starts[k + 1] <= i { k += 1 }
      let step = i - places[k]
      squares[start + Int(i) * stride] = step * step + heights[Int(places[k])]
    }
  }
}
