// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import ParticleAnalysis

extension DensityPair {
  /// The densities that a chemistry is solved from: without the pre-edge where that was subtracted.
  init(_ densities: ChemicalDensities, voxelSize: Length) {
    self.init(
      first: densities.first,
      second: densities.second,
      common: densities.preEdge,
      voxelSize: voxelSize,
      matrix: densities.inversion.parameters.matrix
    )
  }
}
