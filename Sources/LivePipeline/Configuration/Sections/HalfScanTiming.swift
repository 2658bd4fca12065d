// SPDX-License-Identifier: BSD-3-Clause

/// When two halves of a scan's frames are reconstructed and compared.
public enum HalfScanTiming: String, CaseIterable, Hashable, Sendable {
  /// Only by `tiltfold reconstruct`.
  case onDemand = "on_demand"
  /// Live, too, when a scan has settled.
  case perTilt = "per_tilt"
}
