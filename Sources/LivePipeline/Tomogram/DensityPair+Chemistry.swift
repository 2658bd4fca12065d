// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import ParticleAnalysis

extension DensityPair {
  /// The densities that the chemistry of a tomogram is solved from: less those below the edge, with the
  /// matrix that belongs to the differences, where these are taken off.
  ///
  /// - Parameters:
  ///   - volumes: OD per voxel, [energy] of [x, z, y].
  ///   - choice: Which energies are which.
  ///   - parameters: The absorption of the phases.
  ///   - voxelSize: The size of a voxel.
  init(
    of volumes: [Volume],
    _ choice: ChemicalEnergies,
    _ parameters: ChemistryParameters,
    voxelSize: Length
  ) {
    var (first, second) = (volumes[choice.first], volumes[choice.second])
    var matrix = parameters.matrix
    if !choice.preEdge.isEmpty {
      let below = SolvedChemistry.mean(of: choice.preEdge.map { volumes[$0] })
      first.subtract(below)
      second.subtract(below)
      matrix = matrix.subtracting(parameters.preEdgeAbsorption)
    }
    self.init(first: first, second: second, voxelSize: voxelSize, matrix: matrix)
  }
}

extension Volume {
  fileprivate mutating func subtract(_ other: Volume) {
    let source = other.values.span
    var target = values.mutableSpan
    for i in target.indices { target[i] -= source[i] }
  }
}
