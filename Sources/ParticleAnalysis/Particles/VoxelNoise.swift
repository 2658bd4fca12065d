// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The standard deviation of the noise in a voxel, or in a sum of voxels; NaN where it is not known.
struct VoxelNoise {
  /// Of the density measured at either energy.
  var measured: SIMD2<Double>
  /// Of what was taken from both; 0 where nothing was.
  var common: Double

  /// Estimates the noise of a voxel from second differences along y inside of particles.
  ///
  /// 1, −2, 1 of white noise have six times its variance; what is smooth falls out. Where no particle is
  /// five voxels long, nothing is known.
  ///
  /// - Parameters:
  ///   - densities: The densities.
  ///   - labels: The particle of each voxel.
  init(of densities: DensityPair, in labels: LabelVolume) {
    var squares = SIMD3<Double>.zero
    var count = 0.0
    let (first, second) = (densities.first.values.span, densities.second.values.span)
    for index in labels.values.indices.dropFirst(2).dropLast(2) where labels.values[index] > 0 {
      let label = labels.values[index]
      // One voxel away from surfaces, where the density falls steeply.
      guard labels.values[index - 2] == label, labels.values[index - 1] == label,
        labels.values[index + 1] == label, labels.values[index + 2] == label
      else { continue }
      func difference(_ values: Span<Float>) -> Double {
        Double(values[index - 1] - 2 * values[index] + values[index + 1])
      }
      let common = densities.common.map { difference($0.values.span) } ?? 0
      // As measured: what was taken is put back.
      let differences = SIMD3(difference(first) + common, difference(second) + common, common)
      guard differences.x.isFinite, differences.y.isFinite else { continue }
      squares += differences * differences
      count += 6
    }
    let variances = squares / count
    measured = SIMD2(variances.x.squareRoot(), variances.y.squareRoot())
    common = densities.common == nil ? 0 : variances.z.squareRoot()
  }

  /// The noise of a sum over voxels.
  ///
  /// - Parameter count: How many independent voxels of one noise scatter as the sum does.
  /// - Returns: Its standard deviation.
  func ofSum(_ count: Double) -> VoxelNoise {
    var noise = self
    noise.measured *= count.squareRoot()
    noise.common *= count.squareRoot()
    return noise
  }
}
