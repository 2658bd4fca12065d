// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The standard deviation of the noise in one voxel's (or pixel's) optical density.
public struct OpticalDensityNoise: Sendable, Hashable {
  /// At the first energy.
  public var first: Double
  /// At the second energy.
  public var second: Double

  /// Makes a pair of deviations.
  public init(first: Double, second: Double) {
    self.first = first
    self.second = second
  }
}

/// Estimates the noise of a volume or image from how rough it is along its fastest axis.
///
/// The second difference v[i−1] − 2 v[i] + v[i+1] removes every linear trend and carries √6 times
/// the noise of a voxel; the median of its absolute value, over 0.6745, ignores the few that lie
/// across an edge. Noise that neighbours share is missed, so this is a lower bound for
/// reconstructed volumes.
///
/// - Parameters:
///   - values: The voxels, fastest axis last.
///   - rowLength: The extent of the fastest axis.
///   - isCounted: Whether the voxel at an index takes part.
/// - Returns: The standard deviation; 0 where fewer than 16 voxels take part.
public func estimatedNoise(
  of values: Span<Float>,
  rowLength: Int,
  where isCounted: (Int) -> Bool
) -> Double {
  guard rowLength >= 3 else { return 0 }
  // A fixed share of the voxels is enough for a median and keeps sorting cheap.
  let stride = max(1, values.count / 200_000)
  var differences: [Float] = []
  for i in Swift.stride(from: 1, to: values.count - 1, by: stride) {
    let place = i % rowLength
    guard place > 0, place < rowLength - 1, isCounted(i) else { continue }
    let difference = abs(values[i - 1] - 2 * values[i] + values[i + 1])
    if difference.isFinite { differences.append(difference) }
  }
  guard differences.count >= 16 else { return 0 }
  differences.sort()
  return Double(differences[differences.count / 2]) / 0.674_49 / 6.0.squareRoot()
}
