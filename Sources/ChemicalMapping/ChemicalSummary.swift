// SPDX-License-Identifier: BSD-3-Clause

/// What a pair of volumes says of the chemistry as a whole, without a volume of its own.
public struct ChemicalSummary: Sendable, Hashable {
  /// The mean optical density of both energies below which a voxel counts as empty.
  public var minimumIron: Double
  /// The state of charge of all voxels that are not empty; nil where all are.
  public var stateOfCharge: StateOfCharge?
  /// The polar angles of the voxels that are not empty, weighed by their optical density.
  public var histogram: PolarHistogram
}
