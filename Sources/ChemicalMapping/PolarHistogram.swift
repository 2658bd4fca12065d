// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// How the polar angles of the voxels are distributed, from 0° to 90°.
public struct PolarHistogram: Sendable, Hashable {
  /// What one voxel adds to its bin.
  public enum Weighting: Sendable, Hashable {
    /// 1: the histogram counts voxels.
    case count
    /// Its mean optical density: thin and noisy voxels, whose angle is uncertain, count less.
    case iron
  }

  /// The middle of each bin, degrees.
  public let centers: [Double]
  /// What fell into each bin.
  public let weights: [Double]
  /// What fell outside 0° to 90°: negative optical densities.
  public let outside: Double

  /// The width of a bin, degrees.
  public var binWidth: Double { 90 / Double(centers.count) }

  /// Makes a histogram from its bins.
  public init(weights: [Double], outside: Double = 0) {
    let width = 90 / Double(weights.count)
    centers = weights.indices.map { (Double($0) + 0.5) * width }
    self.weights = weights
    self.outside = outside
  }

  /// Counts the voxels that are not empty.
  ///
  /// - Parameters:
  ///   - polarAngle: Degrees, NaN in empty voxels, [x, z, y].
  ///   - first: Optical density at the first energy, same extents.
  ///   - second: Optical density at the second energy, same extents.
  ///   - weighting: What a voxel adds.
  ///   - bins: The number of bins.
  public init(
    polarAngle: Volume,
    first: Volume,
    second: Volume,
    weighting: Weighting = .iron,
    bins: Int = 180
  ) {
    precondition(bins > 0, "a histogram needs bins")
    precondition(
      polarAngle.hasShape(of: first) && polarAngle.hasShape(of: second),
      "the volumes differ in extent"
    )
    var weights = [Double](repeating: 0, count: bins)
    var outside = 0.0
    let angles = polarAngle.values.span
    let (a, b) = (first.values.span, second.values.span)
    let binsPerDegree = Float(bins) / 90
    for i in angles.indices where angles[i].isFinite {
      let weight = weighting == .count ? 1 : 0.5 * Double(a[i] + b[i])
      if angles[i] >= 0, angles[i] < 90 {
        weights[min(Int(angles[i] * binsPerDegree), bins - 1)] += weight
      } else {
        outside += weight
      }
    }
    self.init(weights: weights, outside: outside)
  }

  /// Fits two Gaussians; nil where there are fewer than eight filled bins or no two peaks.
  public func twoGaussianFit() -> TwoGaussianFit? {
    TwoGaussianFit(positions: centers, heights: weights)
  }
}
