// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// The optical densities of one sample at two energies, and what pure phases absorb.
public struct DensityPair: Sendable {
  /// Optical density per voxel at the first energy, less `common`, [x, z, y], dimensionless.
  public let first: Volume
  /// The same at the second energy.
  public let second: Volume
  /// What was taken from both, such as the density below the edge, whose noise is in both; nil for nothing.
  public let common: Volume?
  /// The size of a voxel.
  public let voxelSize: Length
  /// The absorption of LiFePO₄ and FePO₄ that these densities show, per µm.
  public let matrix: AbsorptionMatrix

  /// Takes volumes of one extent.
  ///
  /// - Parameters:
  ///   - first: Optical density per voxel at the first energy, [x, z, y], dimensionless.
  ///   - second: The same at the second energy.
  ///   - common: What was taken from both already; nil for nothing.
  ///   - voxelSize: The size of a voxel.
  ///   - matrix: The absorption of the phases, per µm, less that of what was taken.
  public init(
    first: Volume,
    second: Volume,
    common: Volume? = nil,
    voxelSize: Length,
    matrix: AbsorptionMatrix
  ) {
    precondition(
      first.hasShape(of: second) && common.map(first.hasShape) ?? true,
      "the energies' volumes differ in extent"
    )
    precondition(voxelSize.meters > 0, "a voxel has a size")
    self.first = first
    self.second = second
    self.common = common
    self.voxelSize = voxelSize
    self.matrix = matrix
  }

  /// The mean of both energies, which hardly depends on the phase.
  public var mean: Volume {
    var mean = first
    let other = second.values.span
    var values = mean.values.mutableSpan
    for i in other.indices { values[i] = 0.5 * (values[i] + other[i]) }
    return mean
  }

  /// The concentrations (LiFePO₄, FePO₄), fractions of solid material, that explain two optical
  /// densities or sums of such: the free solution, which noise does not draw to either side.
  @inline(__always)
  public func concentrations(_ first: Double, _ second: Double) -> SIMD2<Double> {
    let scale = 1 / (matrix.determinant * voxelSize.micrometers)
    return SIMD2(
      scale * (matrix.delithiatedAtSecond * first - matrix.delithiatedAtFirst * second),
      scale * (matrix.lithiatedAtFirst * second - matrix.lithiatedAtSecond * first)
    )
  }

  /// The standard deviation of the share of FePO₄ in sums of two optical densities; NaN where the noise is
  /// not known.
  func shareError(of concentrations: SIMD2<Double>, noise: VoxelNoise) -> Double {
    let total = concentrations.sum()
    let scale = 1 / (matrix.determinant * voxelSize.micrometers)
    // d share / d OD, with share = FP / (LFP + FP).
    let lithiated = scale * SIMD2(matrix.delithiatedAtSecond, -matrix.delithiatedAtFirst)
    let delithiated = scale * SIMD2(-matrix.lithiatedAtSecond, matrix.lithiatedAtFirst)
    let slope =
      (concentrations.x * delithiated - concentrations.y * lithiated) / (total * total)
    let parts = slope * noise.measured
    let common = slope.sum() * noise.common
    return ((parts * parts).sum() + common * common).squareRoot()
  }
}
