// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// The chemistry of a tomogram, voxel by voxel, all [x, z, y].
public struct TomogramChemistry: Sendable, Hashable {
  /// How much of a voxel is LiFePO₄, 0 to 1.
  public var lithiated: Volume
  /// How much of a voxel is FePO₄, 0 to 1.
  public var delithiated: Volume
  /// C_LFP / (C_LFP + C_FP), 0 to 1; NaN where there is no iron.
  public var composition: Volume
  /// The angle atan2(OD at the second, OD at the first energy), degrees.
  public var polarAngle: Volume
  /// 0 empty, 1 LiFePO₄-rich, 2 mixed, 3 FePO₄-rich.
  public var phaseLabel: Volume

  /// Makes a chemistry of volumes of one extent.
  public init(
    lithiated: Volume,
    delithiated: Volume,
    composition: Volume,
    polarAngle: Volume,
    phaseLabel: Volume
  ) {
    self.lithiated = lithiated
    self.delithiated = delithiated
    self.composition = composition
    self.polarAngle = polarAngle
    self.phaseLabel = phaseLabel
  }
}
