// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

// With the pre-edge: o_E − o₀ = (A_E − A₀) c L, as Yu et al. state it before they neglect it.
extension TwoEnergyInversion {
  /// Solves every voxel with the density below the edge taken from both others.
  ///
  /// What absorbs alike at all three energies, such as carbon, then counts for nothing; the noise of the
  /// pre-edge enters both others. The level of empty voxels applies to what is left.
  ///
  /// - Parameters:
  ///   - first: Optical density per voxel at the first energy, [x, z, y], dimensionless.
  ///   - second: The same at the second energy.
  ///   - preEdge: The same below the edge.
  ///   - voxelSize: The size of a voxel.
  ///   - work: Threads that share the voxels; their number does not change the result.
  /// - Returns: As without pre-edge; polar angles are those of the differences.
  public func solve(
    first: Volume,
    second: Volume,
    preEdge: Volume,
    voxelSize: Length,
    sharing work: any WorkSharing = SerialWork()
  ) -> ChemicalVolumes {
    ChemicalDensities(first: first, second: second, preEdge: preEdge, inversion: self)
      .solve(voxelSize: voxelSize, sharing: work)
  }

  /// Solves every pixel with the density below the edge taken from both others.
  ///
  /// - Parameters:
  ///   - first: Optical density along the beam at the first energy, [row, column]; NaN where unlit.
  ///   - second: The same at the second energy.
  ///   - preEdge: The same below the edge.
  /// - Returns: As without pre-edge; polar angles are those of the differences.
  public func solve(first: Image, second: Image, preEdge: Image) -> ChemicalImages {
    precondition(
      first.shape == second.shape && first.shape == preEdge.shape,
      "the energies' images differ in shape"
    )
    let reduced = ofDifferences
    var (a, b) = (first, second)
    a.values.subtract(preEdge.values)
    b.values.subtract(preEdge.values)
    let noise = reduced.noise(
      Pair(first, second),
      preEdge.values,
      Pair(a, b),
      sharing: SerialWork()
    )
    return reduced.solve(first: a, second: b, noise: noise)
  }

  /// The inversion of differences to the pre-edge: its matrix is less what the phases absorb there, and it
  /// subtracts nothing more.
  public var ofDifferences: TwoEnergyInversion {
    var given = parameters
    given.subtractsPreEdge = false
    given.matrix = parameters.matrix.subtracting(parameters.preEdgeAbsorption)
    return Self(checked: given)
  }

  /// The noise of all three densities where the differences hold iron.
  func noise(
    _ densities: Pair,
    _ preEdge: [Float],
    _ differences: Pair,
    sharing work: any WorkSharing
  ) -> OpticalDensityNoise {
    let minimumIron = minimumIron(differences.first, differences.second, sharing: work)
    let kernel = VoxelKernel(parameters: parameters, length: 1, minimumIron: minimumIron)
    let isNonNegative = parameters.isNonNegative
    let isCounted = { (i: Int) in
      kernel.hasIron(differences.first[i], differences.second[i], isNonNegative: isNonNegative)
    }
    var noise = OpticalDensityNoise(
      of: densities.first.span,
      and: densities.second.span,
      rowLength: densities.rowLength,
      where: isCounted
    )
    noise.common =
      NoiseEstimate(of: preEdge.span, rowLength: densities.rowLength, where: isCounted).deviation
    return noise
  }
}
