// SPDX-License-Identifier: BSD-3-Clause

/// A reproducible source of random numbers: the same seed gives the same numbers everywhere.
///
/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014, doi 10.1145/2660193.2660195): one add and
/// three mixing steps, period 2⁶⁴, good enough for simulation and shuffling, not for secrets.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts the sequence of a seed.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next 64 random bits.
  @inlinable
  public mutating func next() -> UInt64 {
    mix()
  }

  @usableFromInline
  mutating func mix() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number uniform in [0, 1).
  public mutating func uniform() -> Double {
    Double(mix() >> 11) * 0x1p-53
  }

  /// A number from the standard normal distribution (Box and Muller, 1958).
  public mutating func normal() -> Double {
    let radius = (-2 * naturalLogarithm(1 - uniform())).squareRoot()
    return radius * cosine(2 * .pi * uniform())
  }
}
