// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import HDF5Storage
import Imaging

/// The chemistry of a tomogram's volumes, as files keep it.
enum SolvedChemistry {
  /// Solves every voxel of the energies that chemistry is made of.
  ///
  /// - Parameters:
  ///   - volumes: OD per voxel, [energy] of [x, z, y].
  ///   - energies: Their photon energies.
  ///   - voxelSize: The size of a voxel.
  ///   - inversion: How optical densities become phases.
  ///   - work: Threads that share the voxels.
  /// - Returns: The chemistry; nil where one of its energies is not there.
  static func record(
    of volumes: [Volume],
    energies: [PhotonEnergy],
    voxelSize: Length,
    _ inversion: TwoEnergyInversion,
    sharing work: any WorkSharing = SerialWork()
  ) -> TomogramChemistry? {
    guard let choice = ChemicalEnergies(of: energies, by: inversion.parameters) else { return nil }
    let (first, second) = (volumes[choice.first], volumes[choice.second])
    let solved =
      choice.preEdge.isEmpty
      ? inversion.solve(first: first, second: second, voxelSize: voxelSize, sharing: work)
      : inversion.solve(
        first: first,
        second: second,
        preEdge: mean(of: choice.preEdge.map { volumes[$0] }),
        voxelSize: voxelSize,
        sharing: work
      )
    let histogram = PolarHistogram(polarAngle: solved.polarAngle, first: first, second: second)
    return TomogramChemistry(
      lithiated: solved.lithiated,
      delithiated: solved.delithiated,
      composition: solved.composition,
      compositionError: solved.compositionError,
      polarAngle: solved.polarAngle,
      phaseLabel: solved.phaseLabel,
      figures: ChemistryFigures(
        energies: [energies[choice.first], energies[choice.second]],
        noise: [solved.noise.first, solved.noise.second],
        noiseCorrelationLength: solved.noise.correlationLength,
        minimumIron: solved.minimumIron,
        stateOfCharge: solved.stateOfCharge?.fraction ?? .nan,
        stateOfChargeUncertainties: [
          solved.stateOfCharge?.noiseUncertainty ?? .nan,
          solved.stateOfCharge?.levelUncertainty ?? .nan,
        ],
        peaks: peaks(
          of: histogram.twoGaussianFit(),
          inversion,
          subtractsPreEdge: !choice.preEdge.isEmpty
        )
      )
    )
  }

  /// The two phases of a fit to a histogram of polar angles; empty where there are no two.
  static func peaks(
    of fit: TwoGaussianFit?,
    _ inversion: TwoEnergyInversion,
    subtractsPreEdge: Bool = false
  ) -> [ChemistryFigures.Peak] {
    let parameters = inversion.parameters
    let relation = PolarComposition(
      matrix: subtractsPreEdge
        ? parameters.matrix.subtracting(parameters.preEdgeAbsorption) : parameters.matrix
    )
    guard let fit else { return [] }
    let phases = PhasePeaks(fit, relation)
    return [phases.lithiated, phases.delithiated].map { peak in
      ChemistryFigures.Peak(
        angle: peak.angle,
        angleError: peak.angleError,
        angleWidth: peak.angleWidth,
        composition: peak.composition,
        compositionWidth: peak.compositionWidth
      )
    }
  }

  /// The mean of several volumes of one extent, one at least.
  static func mean(of volumes: [Volume]) -> Volume {
    var mean = volumes[0]
    var target = mean.values.mutableSpan
    let scale = 1 / Float(volumes.count)
    for volume in volumes.dropFirst() {
      let source = volume.values.span
      for i in target.indices { target[i] += source[i] }
    }
    if volumes.count > 1 { for i in target.indices { target[i] *= scale } }
    return mean
  }
}
