// SPDX-License-Identifier: BSD-3-Clause

/// The iteration by which a scan is reconstructed; key `engine`.
///
/// With P_M the projection onto the measured moduli, P_Q that onto one object behind one probe:
public enum PtychographyEngine: String, CaseIterable, Sendable, Hashable {
  /// Relaxed averaged alternating reflections, ψ⁺ = 2β P_Q P_M ψ + (1 − 2β) P_M ψ + β (ψ − P_Q ψ).
  ///
  /// Luke, Inverse Problems 21, 37 (2005), doi 10.1088/0266-5611/21/1/004.
  case raar
  /// The difference map with β = 1, ψ⁺ = ψ + P_M (2 P_Q ψ − ψ) − P_Q ψ.
  ///
  /// Thibault et al., Science 321, 379 (2008), doi 10.1126/science.1158573.
  case differenceMap = "difference_map"
  /// Alternating projections, ψ⁺ = P_Q P_M ψ: it settles in the nearest minimum.
  case errorReduction = "error_reduction"
  /// Frame after frame, each correcting the object at its place.
  ///
  /// Maiden and Rodenburg, Ultramicroscopy 109, 1256 (2009), doi 10.1016/j.ultramic.2009.05.012;
  /// with `pie_regularization` below 1 its regularised form, Maiden et al., Optica 4, 736 (2017),
  /// doi 10.1364/OPTICA.4.000736.
  case epie

  /// Whether each frame keeps a wave of its own from one iteration to the next.
  var keepsWaves: Bool { self == .raar || self == .differenceMap }
}
