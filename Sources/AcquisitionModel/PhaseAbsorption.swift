// SPDX-License-Identifier: BSD-3-Clause

/// How strongly each pure phase absorbs at one photon energy, per micrometre of it.
public struct PhaseAbsorption: Hashable, Sendable {
  /// LiFePO₄, per µm.
  public var lithiated: Double
  /// FePO₄, per µm.
  public var delithiated: Double

  /// Makes a pair.
  public init(lithiated: Double, delithiated: Double) {
    self.lithiated = lithiated
    self.delithiated = delithiated
  }
}

extension AbsorptionMatrix {
  /// The matrix of both energies less an absorption that belongs to both, such as that below the edge.
  public func subtracting(_ common: PhaseAbsorption) -> AbsorptionMatrix {
    AbsorptionMatrix(
      rows: rows.map { [$0[0] - common.lithiated, $0[1] - common.delithiated] }
    )
  }
}
