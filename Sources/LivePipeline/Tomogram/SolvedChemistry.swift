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
  ///   - inversion: How optical densities become phases, and whether a pre-edge is taken from them.
  ///   - work: Threads that share the voxels.
  /// - Returns: The chemistry; nil where one of its energies is not there.
  static func record(
    of volumes: [Volume],
    energies: [PhotonEnergy],
    voxelSize: Length,
    _ inversion: TwoEnergyInversion,
    sharing work: any WorkSharing = SerialWork()
  ) -> TomogramChemistry? {
    guard let densities = ChemicalDensities(of: volumes, energies: energies, by: inversion),
      let choice = ChemicalEnergies(of: energies, by: inversion.parameters)
    else { return nil }
    let solved = densities.solve(voxelSize: voxelSize, sharing: work)
    let histogram = PolarHistogram(
      polarAngle: solved.polarAngle,
      first: densities.first,
      second: densities.second
    )
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
        peaks: peaks(of: histogram.twoGaussianFit(), densities.inversion.polarComposition)
      )
    )
  }

  /// The two phases of a fit to a histogram of polar angles, LiFePO₄ first; empty where there are no two.
  static func peaks(
    of fit: TwoGaussianFit?,
    _ relation: PolarComposition
  ) -> [ChemistryFigures.Peak] {
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
}
