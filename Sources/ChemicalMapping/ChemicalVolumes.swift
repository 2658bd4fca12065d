// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// The chemistry of every voxel, all volumes of one shape, [x, z, y].
public struct ChemicalVolumes: Sendable {
  /// LiFePO₄, as a fraction of solid material: 1 where it fills the voxel.
  public var lithiated: Volume
  /// FePO₄, as a fraction of solid material: 1 where it fills the voxel.
  public var delithiated: Volume
  /// C_LFP / (C_LFP + C_FP), 0 to 1; NaN in empty voxels.
  public var composition: Volume
  /// The standard error of the composition from the noise of the optical densities, at most 1; NaN in
  /// empty voxels, and where the noise is not known.
  public var compositionError: Volume
  /// atan2(OD at the second energy, OD at the first), degrees; NaN in empty voxels.
  public var polarAngle: Volume
  /// The raw value of each voxel's `ChemicalPhase`: 0 empty, 1 LFP-rich, 2 mixed, 3 FP-rich.
  public var phaseLabel: Volume
  /// The mean optical density of both energies below which a voxel counted as empty.
  public var minimumIron: Double
  /// The noise of a voxel's optical density that the errors follow from.
  public var noise: OpticalDensityNoise
  /// The state of charge of all voxels that are not empty; nil where all are.
  public var stateOfCharge: StateOfCharge?
}

/// The chemistry of every pixel of a projection, all images of one shape, [row, column].
public struct ChemicalImages: Sendable {
  /// LiFePO₄, µm of it along the beam.
  public var lithiated: Image
  /// FePO₄, µm of it along the beam.
  public var delithiated: Image
  /// C_LFP / (C_LFP + C_FP), 0 to 1; NaN in empty pixels.
  public var composition: Image
  /// The standard error of the composition from the noise of the optical densities, at most 1; NaN in
  /// empty pixels, and where the noise is not known.
  public var compositionError: Image
  /// atan2(OD at the second energy, OD at the first), degrees; NaN in empty pixels.
  public var polarAngle: Image
  /// The raw value of each pixel's `ChemicalPhase`: 0 empty, 1 LFP-rich, 2 mixed, 3 FP-rich.
  public var phaseLabel: Image
  /// The mean optical density of both energies below which a pixel counted as empty.
  public var minimumIron: Double
  /// The noise of a pixel's optical density that the errors follow from.
  public var noise: OpticalDensityNoise
  /// The state of charge of all pixels that are not empty; nil where all are.
  public var stateOfCharge: StateOfCharge?
}
