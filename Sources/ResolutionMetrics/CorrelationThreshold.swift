// SPDX-License-Identifier: BSD-3-Clause

/// The correlation that a ring or shell must reach for its detail to count as resolved.
///
/// van Heel and Schatz, J. Struct. Biol. 151, 250 (2005), doi 10.1016/j.jsb.2005.05.009.
public enum CorrelationThreshold: Hashable, Sendable {
  /// Half a bit of information in each Fourier pixel of the two halves together (eq. 17 there).
  case halfBit
  /// One bit of information in each Fourier pixel.
  case oneBit
  /// The same value on every ring, as 0.5.
  case fixed(Double)

  /// The threshold on a ring of so many Fourier pixels.
  public func value(pixelCount: Int) -> Double {
    switch self {
    case .halfBit: Self.threshold(signalToNoise: (2.0.squareRoot() - 1) / 2, pixelCount)
    case .oneBit: Self.threshold(signalToNoise: 0.5, pixelCount)
    case .fixed(let value): value
    }
  }

  /// The expected correlation where each half has the given signal-to-noise ratio, the cross terms
  /// of signal and noise counted by their standard deviation.
  private static func threshold(signalToNoise ratio: Double, _ pixelCount: Int) -> Double {
    let deviation = 1 / Double(max(pixelCount, 1)).squareRoot()
    let signal = ratio + 2 * ratio.squareRoot() * deviation
    return (signal + deviation) / (signal + 1)
  }
}
