// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The diameter of what a volume shows, across the rotation axis.
///
/// Voxels are summed along the axis; places where the sum does not stand out from the empty ones do
/// not count. The diameter is the largest of the extents in 36 directions, each the one that holds
/// all of the mass but for 0.2 % at either end, which stray places do not move. Of an object that
/// reaches beyond the volume it is the volume's own.
///
/// - Parameter volume: The volume, [x, z, y].
/// - Returns: The diameter, voxels; nil where nothing stands out.
func diameterAcrossAxis(of volume: Volume) -> Double? {
  var sums = [Float](repeating: 0, count: volume.sizeX * volume.sizeZ)
  let voxels = volume.values.span
  for place in sums.indices {
    var lanes = SIMD4<Float>.zero
    for y in 0..<volume.sizeY { lanes[y & 3] += voxels[place * volume.sizeY + y] }
    sums[place] = lanes.sum()
  }
  guard let level = otsuThreshold(of: sums) else { return nil }
  let empty = sums.lazy.filter { Double($0) < level }.map { Double($0) }
  let count = Double(max(empty.count, 1))
  let mean = empty.reduce(0, +) / count
  let spread = (empty.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
  // An object grows thin towards its rim: what stands out of the empty places' noise is its own.
  let least = min(level, max(mean + (level - mean) / 4, mean + 3 * spread))

  var largest = 0.0
  for direction in 0..<36 {
    let angle = Double(direction) * .pi / 36
    let (alongX, alongZ) = (cosine(angle), sine(angle))
    // Half a voxel to a bin, from one corner of the square to the other.
    let reach = volume.sizeX + volume.sizeZ
    var masses = [Double](repeating: 0, count: 2 * reach + 1)
    for x in 0..<volume.sizeX {
      for z in 0..<volume.sizeZ {
        let sum = Double(sums[x * volume.sizeZ + z])
        guard sum > least else { continue }
        let offset =
          (Double(x) - Double(volume.sizeX - 1) / 2) * alongX
          + (Double(z) - Double(volume.sizeZ - 1) / 2) * alongZ
        masses[Int(2 * offset + Double(reach) + 0.5)] += sum
      }
    }
    let stray = 0.002 * masses.reduce(0, +)
    guard stray > 0 else { return nil }
    var (low, high) = (0, masses.count - 1)
    var left = masses[low]
    while left <= stray {
      low += 1
      left += masses[low]
    }
    var right = masses[high]
    while right <= stray {
      high -= 1
      right += masses[high]
    }
    // A voxel is one wide itself.
    largest = max(largest, Double(high - low) / 2 + 1)
  }
  return largest
}
