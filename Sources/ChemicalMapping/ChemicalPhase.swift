// SPDX-License-Identifier: BSD-3-Clause

/// Which phase holds most of a voxel's iron; the raw value stands in label volumes and files.
public enum ChemicalPhase: UInt8, Sendable, Hashable, CaseIterable {
  /// Too little iron to say.
  case empty = 0
  /// More than 100 − X % LiFePO₄.
  case lithiated = 1
  /// Neither phase reaches 100 − X %.
  case mixed = 2
  /// More than 100 − X % FePO₄.
  case delithiated = 3
}
