// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// Where an image lies against a reference, and how far that may be believed.
public struct ShiftEstimate: Hashable, Sendable {
  /// The displacement to apply to the image so that it lies on the reference, pixels.
  public var shift: PixelShift
  /// The correlation of image and displaced reference over the image's lit pixels, −1 to 1.
  public var confidence: Double
  /// One standard deviation of the shift as the residual's noise lets expect, pixels.
  public var standardError: PixelShift
  /// The factor on the reference that fits the image best.
  public var scale: Double

  /// Makes an estimate.
  public init(
    shift: PixelShift,
    confidence: Double,
    standardError: PixelShift = PixelShift(rows: .infinity, columns: .infinity),
    scale: Double = 1
  ) {
    self.shift = shift
    self.confidence = confidence
    self.standardError = standardError
    self.scale = scale
  }
}
