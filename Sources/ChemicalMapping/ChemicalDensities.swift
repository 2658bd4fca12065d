// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// The two optical densities per voxel that a chemistry is solved from, and the inversion that belongs
/// to them.
///
/// Where the density below the edge is subtracted these are the differences to it, and the inversion's
/// matrix is that of the differences: whoever goes by both has the pre-edge in everything or in nothing.
public struct ChemicalDensities: Sendable {
  /// Optical density per voxel at the energy of the matrix's first row, less `preEdge`, [x, z, y],
  /// dimensionless.
  public let first: Volume
  /// The same at the energy of its second row.
  public let second: Volume
  /// What was taken from both; nil where nothing was.
  public let preEdge: Volume?
  /// How these densities become phases.
  public let inversion: TwoEnergyInversion
  /// Both as they were measured: their noise is that of neither difference.
  private let measured: (first: Volume, second: Volume)

  /// Takes densities as they were measured.
  ///
  /// - Parameters:
  ///   - first: Optical density per voxel at the first energy, [x, z, y], dimensionless.
  ///   - second: The same at the second energy.
  ///   - preEdge: The same below the edge, which is taken from both; nil for none.
  ///   - inversion: How densities from which nothing was taken become phases.
  public init(
    first: Volume,
    second: Volume,
    preEdge: Volume? = nil,
    inversion: TwoEnergyInversion
  ) {
    precondition(
      first.hasShape(of: second) && preEdge.map(first.hasShape) ?? true,
      "the energies' volumes differ in extent"
    )
    measured = (first, second)
    self.preEdge = preEdge
    guard let preEdge else {
      (self.first, self.second, self.inversion) = (first, second, inversion)
      return
    }
    self.first = first.subtracting(preEdge)
    self.second = second.subtracting(preEdge)
    self.inversion = inversion.ofDifferences
  }

  /// Chooses the densities of a tomogram's energies, with the mean of those below the edge where the
  /// inversion's parameters have it subtracted; nil where one of the two energies is not there.
  ///
  /// - Parameters:
  ///   - volumes: Optical density per voxel, one volume of one extent for each energy, [x, z, y].
  ///   - energies: Their photon energies, in any order.
  ///   - inversion: How densities from which nothing was taken become phases.
  public init?(
    of volumes: [Volume],
    energies: [PhotonEnergy],
    by inversion: TwoEnergyInversion
  ) {
    guard let choice = ChemicalEnergies(of: energies, by: inversion.parameters),
      volumes.count == energies.count,
      volumes[choice.first].hasShape(of: volumes[choice.second])
    else { return nil }
    let below = choice.preEdge.map { volumes[$0] }
    guard below.allSatisfy(volumes[choice.first].hasShape) else { return nil }
    self.init(
      first: volumes[choice.first],
      second: volumes[choice.second],
      preEdge: below.isEmpty ? nil : Self.mean(of: below),
      inversion: inversion
    )
  }

  /// Solves every voxel.
  ///
  /// - Parameters:
  ///   - voxelSize: The size of a voxel.
  ///   - work: Threads that share the voxels; their number does not change the result.
  /// - Returns: Concentrations, composition with its error, polar angle and label of every voxel.
  public func solve(
    voxelSize: Length,
    sharing work: any WorkSharing = SerialWork()
  ) -> ChemicalVolumes {
    inversion.solve(
      first: first,
      second: second,
      voxelSize: voxelSize,
      noise: noiseBesidePreEdge(sharing: work),
      sharing: work
    )
  }

  /// What `solve` says of the whole, in two passes and without a volume of its own.
  ///
  /// - Parameters:
  ///   - bins: The bins of the histogram.
  ///   - work: Threads that share the voxels; their number does not change the result.
  /// - Returns: The level of empty voxels, the state of charge and the histogram.
  public func summary(
    bins: Int = 180,
    sharing work: any WorkSharing = SerialWork()
  ) -> ChemicalSummary {
    inversion.summary(
      first: first,
      second: second,
      bins: bins,
      noise: noiseBesidePreEdge(sharing: work),
      sharing: work
    )
  }

  /// The noise of both energies and of the pre-edge; nil where no pre-edge was taken, as the noise is then
  /// that of the densities themselves.
  private func noiseBesidePreEdge(sharing work: any WorkSharing) -> OpticalDensityNoise? {
    preEdge.map { preEdge in
      inversion.noise(
        TwoEnergyInversion.Pair(measured.first, measured.second),
        preEdge.values,
        TwoEnergyInversion.Pair(first, second),
        sharing: work
      )
    }
  }

  private static func mean(of volumes: [Volume]) -> Volume {
    var mean = volumes[0]
    guard volumes.count > 1 else { return mean }
    var target = mean.values.mutableSpan
    for volume in volumes.dropFirst() {
      let source = volume.values.span
      for i in target.indices { target[i] += source[i] }
    }
    let scale = 1 / Float(volumes.count)
    for i in target.indices { target[i] *= scale }
    return mean
  }
}

extension Volume {
  /// The volume less another of its extents, voxel by voxel.
  fileprivate func subtracting(_ other: Volume) -> Volume {
    var difference = self
    difference.values.subtract(other.values)
    return difference
  }
}

extension [Float] {
  /// Takes other values from these, one by one.
  mutating func subtract(_ other: [Float]) {
    let source = other.span
    var target = mutableSpan
    for i in target.indices { target[i] -= source[i] }
  }
}
