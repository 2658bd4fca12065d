// SPDX-License-Identifier: BSD-3-Clause

public import ParticleAnalysis

/// Section `particles`: whether and how particles are told from one another.
public struct ParticleConfiguration: Sendable, Hashable {
  /// Key `enabled`: whether they are looked for when a tomogram of two energies is complete.
  public var isEnabled = true
  /// What a particle is.
  public var parameters = ParticleParameters()

  /// Makes the defaults.
  public init() {}
}
