// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import HDF5Storage
import ParticleAnalysis
import Tomography

extension ReconstructionEngine {
  /// The particles of a tomogram that is complete; nil without two energies.
  func particles(
    of content: TomogramSession.Content,
    _ configuration: PipelineConfiguration
  ) -> TomogramParticles? {
    guard configuration.particles.isEnabled, content.assembly.acceptedTiltCount > 0,
      let inversion = inversion(configuration),
      let chemical = ChemicalDensities(
        of: content.assembly.volumes,
        energies: content.assembly.energies,
        by: inversion
      )
    else { return nil }
    let densities = DensityPair(chemical, voxelSize: configuration.tomography.voxelSize)
    let parameters = configuration.particles.parameters
    guard let catalog = ParticleCatalog.find(in: densities, parameters: parameters) else {
      return nil
    }
    let table = TomogramParticles(catalog)
    report(
      RunEvent(
        .info,
        "tomogram \(content.assembly.name): \(ParticleNumbers(table).inWords)"
      )
    )
    return table
  }
}
