// SPDX-License-Identifier: BSD-3-Clause

/// Where a correlation falls below its threshold.
public struct Resolution: Hashable, Sendable {
  /// The spatial frequency up to which detail is resolved, cycles per pixel, 0 to 0.5.
  public var frequency: Double
  /// Whether the correlation stays above the threshold up to the last ring: the pixels are then
  /// the limit, `frequency` is 0.5 and the true resolution may be better.
  public var isLimitedByPixels: Bool

  /// Makes a resolution.
  public init(frequency: Double, isLimitedByPixels: Bool) {
    self.frequency = frequency
    self.isLimitedByPixels = isLimitedByPixels
  }

  /// The half period 1 / (2 · frequency), pixels; infinite where nothing correlates.
  ///
  /// This is what papers of the field quote as "the resolution": 1 at the limit of the pixels.
  public var halfPeriod: Double { 0.5 / frequency }

  /// The half period in the unit of the pixel size.
  public func halfPeriod(pixelSize: Double) -> Double { halfPeriod * pixelSize }
}
