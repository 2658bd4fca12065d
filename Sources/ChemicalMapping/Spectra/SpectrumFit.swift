// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// One spectrum as the sum of references and background.
public struct SpectrumFit: Sendable, Hashable {
  /// The photon energies, [energy].
  public var energies: [PhotonEnergy]
  /// The OD that was fitted, with its pre-edge subtracted where that was asked for, [energy].
  public var data: [Double]
  /// What the references and the background come to, [energy].
  public var fit: [Double]
  /// What each term is called: the references, then the background's.
  public var names: [String]
  /// What each term adds, [term][energy].
  public var contributions: [[Double]]
  /// How much there is of each term; of references in the unit that theirs is one over.
  public var coefficients: [Double]
  /// The standard errors of the coefficients, from the scatter of the data about the fit.
  public var standardErrors: [Double]
  /// Σ (data − fit)² / Σ data², over the energies that are measured.
  public var rFactor: Double
  /// LiFePO₄ over the sum of both phases; NaN where that is not positive.
  public var composition: Double
  /// The standard error of the composition.
  public var compositionError: Double

  /// data − fit, [energy].
  public var residue: [Double] { zip(data, fit).map { $0 - $1 } }
}
