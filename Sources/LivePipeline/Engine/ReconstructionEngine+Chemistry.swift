// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import HDF5Storage
import Imaging
import Tomography

// The phases of a tomogram of two energies.
extension ReconstructionEngine {
  /// How optical densities become phases; nil where the configuration leaves that open.
  func inversion(_ configuration: PipelineConfiguration) -> TwoEnergyInversion? {
    try? TwoEnergyInversion(parameters: configuration.chemistry)
  }

  /// Sums up the chemistry of a tomogram that has the two energies that it is made of.
  ///
  /// Previews solve what they show; voxel by voxel it is solved for the file alone. All of them take the
  /// pre-edge off where the configuration says so.
  func solve(
    _ content: inout TomogramSession.Content,
    _ configuration: PipelineConfiguration
  ) {
    guard let inversion = inversion(configuration), hasChemicalEnergies(&content),
      let densities = ChemicalDensities(
        of: content.assembly.volumes,
        energies: content.assembly.energies,
        by: inversion
      )
    else { return }
    let summary = densities.summary(sharing: crew)
    content.chemicalSummary = summary
    board.update { $0.stateOfCharge = summary.stateOfCharge?.fraction }
  }

  /// The chemistry of every voxel; nil without its two energies.
  func chemistry(
    of content: TomogramSession.Content,
    _ configuration: PipelineConfiguration
  ) -> TomogramChemistry? {
    guard content.assembly.energies.count > 1, let inversion = inversion(configuration) else {
      return nil
    }
    return SolvedChemistry.record(
      of: content.assembly.volumes,
      energies: content.assembly.energies,
      voxelSize: configuration.tomography.voxelSize,
      inversion,
      sharing: crew
    )
  }

  /// Whether the energies that chemistry is made of are there; says once where two others are.
  private func hasChemicalEnergies(_ content: inout TomogramSession.Content) -> Bool {
    let energies = content.assembly.energies
    guard energies.count > 1 else { return false }
    let parameters = configuration.chemistry
    guard ChemicalEnergies(of: energies, by: parameters) == nil else { return true }
    let isLast = content.isComplete || energies.count >= content.assembly.energyLimit
    if isLast, !content.toldOfEnergies {
      content.toldOfEnergies = true
      let refusal = ChemicalEnergies.refusal(of: energies, by: parameters)
      report(RunEvent(.warning, "tomogram \(content.assembly.name): \(refusal)"))
    }
    return false
  }

  /// Notes a tilt that has both energies that chemistry is made of: its map can be shown.
  func notePair(
    ofTilt tilt: Int,
    _ content: inout TomogramSession.Content,
    _ configuration: PipelineConfiguration
  ) {
    guard
      let choice = ChemicalEnergies(
        of: content.assembly.energies,
        by: configuration.chemistry
      ), content.assembly.isMeasured(energies: [choice.first, choice.second], ofTilt: tilt)
    else { return }
    content.addPair(ofTilt: tilt)
  }
}
