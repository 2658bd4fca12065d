// SPDX-License-Identifier: BSD-3-Clause

/// How measured line integrals correct a volume.
///
/// All three share rays, weights and non-negativity.
public enum ReconstructionMethod: String, Sendable, Hashable, CaseIterable {
  /// Ray by ray, each meeting what those before it have done (Gordon, Bender and Herman, J. Theor.
  /// Biol. 29, 471 (1970)). The fastest to converge, and the one for live use.
  case art
  /// All rays of a projection at once: v ← v + λ V⁻¹ Aᵀ W⁻¹ (b − A v), W the rays' lengths and V the
  /// voxels', both of this projection (Andersen and Kak, Ultrason. Imaging 6, 81 (1984), doi
  /// 10.1016/0161-7346(84)90008-7).
  case sart
  /// The same with all projections at once, so that one sweep is one step (Gilbert, J. Theor. Biol.
  /// 36, 105 (1972), doi 10.1016/0022-5193(72)90180-4). Holds one further volume.
  case sirt
}
