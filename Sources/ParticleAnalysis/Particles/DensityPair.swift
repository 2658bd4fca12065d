// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// The optical densities of one sample at two energies, and what pure phases absorb.
public struct DensityPair: Sendable {
  /// Optical density per voxel at the first energy, [x, z, y], dimensionless.
  public let first: Volume
  /// The same at the second energy.
  public let second: Volume
  /// The size of a voxel.
  public let voxelSize: Length
  /// The absorption of LiFePO₄ and FePO₄, per µm.
  public let matrix: AbsorptionMatrix

  /// Takes two volumes of one extent.
  public init(first: Volume, second: Volume, voxelSize: Length, matrix: AbsorptionMatrix) {
    precondition(first.hasShape(of: second), "the two energies' volumes differ in extent")
    precondition(voxelSize.meters > 0, "a voxel has a size")
    self.first = first
    self.second = second
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

  /// The standard deviation of the share of FePO₄ in sums of two optical densities.
  func shareError(of concentrations: SIMD2<Double>, deviations: SIMD2<Double>) -> Double {
    let total = concentrations.sum()
    let scale = 1 / (matrix.determinant * voxelSize.micrometers)
    // d share / d OD, with share = FP / (LFP + FP).
    let lithiated = scale * SIMD2(matrix.delithiatedAtSecond, -matrix.delithiatedAtFirst)
    let delithiated = scale * SIMD2(-matrix.lithiatedAtSecond, matrix.lithiatedAtFirst)
    let slope =
      (concentrations.x * delithiated - concentrations.y * lithiated) / (total * total)
    let parts = slope * deviations
    return (parts * parts).sum().squareRoot()
  }
}
