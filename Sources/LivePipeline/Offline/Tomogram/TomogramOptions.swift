// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// What a person may decide about a tomogram from a file, besides the configuration's keys.
public struct TomogramOptions: Sendable {
  /// The file with the angles; nil for the one beside the series, or the series' own.
  public var tiltFile: String?
  /// The size of a pixel as it stands in the file; nil for what the file says.
  public var pixelSize: Length?
  /// What the numbers of the file are; nil for what such files usually hold.
  public var quantity: ProjectionQuantity?
  /// The direction of the rotation axis in the images; nil for what the file or the images say.
  public var axis: AxisDirection?
  /// How many pixels along either side are averaged into one.
  public var binning = 1
  /// Tilts that are left out.
  public var removedTilts: [TiltChoice] = []
  /// The photon energies to reconstruct, eV; empty for all.
  public var energies: [Double] = []
  /// Whether the projections are laid onto one another; else they stand as they are.
  public var aligns = true
  /// In place of `tomography.volume_side`, voxels.
  public var volumeSide: Int?
  /// In place of `tomography.volume_height`, voxels.
  public var volumeHeight: Int?
  /// In place of `tomography.method`.
  public var method: String?
  /// In place of `tomography.final_sweeps`.
  public var sweeps: Int?
  /// In place of `tomography.final_alignment_rounds`.
  public var alignmentRounds: Int?

  /// Makes options that leave everything to the files and the configuration.
  public init() {}
}
