// SPDX-License-Identifier: BSD-3-Clause

/// The Fourier ring correlation of two reconstructions of one scan, of every other frame each.
public struct HalfScanCorrelation: Sendable, Hashable {
  /// The spatial frequency of each ring, cycles per pixel, rising.
  public var frequencies: [Double]
  /// The correlation on each ring, 0 to 1.
  public var correlations: [Double]
  /// The 1/2-bit threshold on each ring.
  public var halfBitThreshold: [Double]
  /// The half period where the correlation falls below 1/2 bit; infinite where nothing correlates.
  public var halfPeriodAtHalfBit: Length
  /// The half period where it falls below 0.5.
  public var halfPeriodAtOneHalf: Length
  /// The iterations that each half was given.
  public var iterations: Int

  /// Takes curves with one value for each ring.
  public init(
    frequencies: [Double],
    correlations: [Double],
    halfBitThreshold: [Double],
    halfPeriodAtHalfBit: Length,
    halfPeriodAtOneHalf: Length,
    iterations: Int
  ) {
    precondition(
      frequencies.count == correlations.count && frequencies.count == halfBitThreshold.count,
      "the curves differ in length"
    )
    self.frequencies = frequencies
    self.correlations = correlations
    self.halfBitThreshold = halfBitThreshold
    self.halfPeriodAtHalfBit = halfPeriodAtHalfBit
    self.halfPeriodAtOneHalf = halfPeriodAtOneHalf
    self.iterations = iterations
  }
}
