// SPDX-License-Identifier: BSD-3-Clause

/// How |T| = 1 is found.
public enum VacuumRule: Sendable, Hashable {
  /// Look for vacuum in the lit area; where none is in view, trust the probe's power.
  case automatic
  /// Trust the probe's power: |T| is taken as it was reconstructed.
  case probePower
  /// Take this modulus as that of vacuum.
  case fixed(Double)
}

/// What |T| = 1 was taken from.
public struct VacuumEstimate: Sendable, Hashable {
  /// The modulus, as reconstructed, that counts as vacuum.
  public var modulus: Double
  /// The part of the lit area that looks like vacuum, 0 to 1; 0 where none was looked for.
  public var fraction: Double
  /// Whether vacuum was in view and decided.
  public var isInView: Bool

  /// Makes an estimate.
  public init(modulus: Double, fraction: Double, isInView: Bool) {
    self.modulus = modulus
    self.fraction = fraction
    self.isInView = isInView
  }
}
