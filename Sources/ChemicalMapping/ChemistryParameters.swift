// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// How the optical densities at two energies become chemical phases.
public struct ChemistryParameters: Sendable, Hashable {
  /// Key `absorption_per_um`: absorption of LiFePO₄ and FePO₄ at 708.2 and 710.2 eV, per µm.
  ///
  /// The published centres of the polar angle, 27.5° for Li₀.₉₃ and 65.0° for Li₀.₀₂ (Yu et al.,
  /// Nat. Commun. 9, 921 (2018), doi 10.1038/s41467-018-03401-x), follow from these values.
  public var matrix = AbsorptionMatrix(rows: [[11.80, 5.33], [5.45, 11.86]])
  /// Key `energies_eV`: the photon energies of the rows of the matrix, in their order.
  public var energies = [PhotonEnergy(electronVolts: 708.2), PhotonEnergy(electronVolts: 710.2)]
  /// Key `subtract_pre_edge`: whether the optical density below the edge, where it was measured, is
  /// taken from both others.
  public var subtractsPreEdge = false
  /// Key `pre_edge_absorption_per_um`: absorption of LiFePO₄ and FePO₄ below the edge, per µm; counts only
  /// where that is subtracted.
  public var preEdgeAbsorption = PhaseAbsorption(lithiated: 0.39, delithiated: 0.37)
  /// Key `segmentation_threshold_percent`: X; a voxel with less than X % of the other phase
  /// belongs to one phase, every other one is mixed.
  public var segmentationThreshold = 30.0
  /// Key `minimum_iron_od`: the mean optical density of both energies below which a voxel (or
  /// pixel) counts as empty; nil lets Otsu's criterion find it in the data.
  public var minimumIron: Double?
  /// Key `non_negative`: whether a concentration that noise makes negative is put to zero and the
  /// other one fitted anew by least squares.
  public var isNonNegative = true

  /// Makes the defaults.
  public init() {}

  /// Checks every value against its bounds.
  ///
  /// - Throws: `ParameterError` for the first value out of bounds.
  public func validate() throws(ParameterError) {
    for value in matrix.rows.joined() {
      // Positive entries are what makes the non-negative solution a closed form.
      try ParameterError.require(value, in: 1e-6...1e6, key: "absorption_per_um")
    }
    let norm = matrix.rows.joined().reduce(0) { $0 + $1 * $1 }
    guard abs(matrix.determinant) > 1e-3 * norm else {
      throw ParameterError(
        key: "absorption_per_um",
        value: "\(matrix.rows)",
        expected: "two phases whose absorption differs between the energies"
      )
    }
    guard energies.count == 2, energies[0] != energies[1] else {
      throw ParameterError(
        key: "energies_eV",
        value: "\(energies.map(\.electronVolts))",
        expected: "two different energies, one for each row of absorption_per_um"
      )
    }
    for energy in energies {
      try ParameterError.require(energy.electronVolts, in: 1...1e5, key: "energies_eV")
    }
    if subtractsPreEdge { try validatePreEdge() }
    try ParameterError.require(
      segmentationThreshold,
      in: 0...50,
      key: "segmentation_threshold_percent"
    )
    if let minimumIron {
      try ParameterError.require(minimumIron, in: 0...1e3, key: "minimum_iron_od")
    }
  }

  /// Checks what counts only where the pre-edge is subtracted.
  private func validatePreEdge() throws(ParameterError) {
    let lowest = matrix.rows.map { ($0[0], $0[1]) }
      .reduce((Double.infinity, Double.infinity)) { (min($0.0, $1.0), min($0.1, $1.1)) }
    guard preEdgeAbsorption.lithiated >= 0, preEdgeAbsorption.lithiated < lowest.0,
      preEdgeAbsorption.delithiated >= 0, preEdgeAbsorption.delithiated < lowest.1
    else {
      throw ParameterError(
        key: "pre_edge_absorption_per_um",
        value: "[\(preEdgeAbsorption.lithiated), \(preEdgeAbsorption.delithiated)]",
        expected: "0 or more, and less than the absorption at the peaks"
      )
    }
  }
}
