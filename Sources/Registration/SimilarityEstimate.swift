// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// How an image lies on a reference, and how far that may be believed.
public struct SimilarityEstimate: Hashable, Sendable {
  /// What to apply to the image so that it lies on the reference.
  public var transform: SimilarityTransform
  /// The correlation of image and transformed reference over the image's lit pixels, both about
  /// their means, −1 to 1.
  public var confidence: Double
  /// One standard deviation of the shift as the residual's noise lets expect, pixels.
  public var shiftError: PixelShift
  /// The same of the rotation, radians; infinite where it was not free.
  public var rotationError: Double
  /// The same of the scale; infinite where it was not free.
  public var scaleError: Double
  /// The factor on the reference that fits the image best.
  public var factor: Double
  /// What must be added to the reference, such as the density of a support film.
  public var offset: Double

  /// Makes an estimate.
  public init(
    transform: SimilarityTransform,
    confidence: Double,
    shiftError: PixelShift = PixelShift(rows: .infinity, columns: .infinity),
    rotationError: Double = .infinity,
    scaleError: Double = .infinity,
    factor: Double = 1,
    offset: Double = 0
  ) {
    self.transform = transform
    self.confidence = confidence
    self.shiftError = shiftError
    self.rotationError = rotationError
    self.scaleError = scaleError
    self.factor = factor
    self.offset = offset
  }
}

/// What may be done to an image to lay it on a reference.
public enum TransformFreedom: String, CaseIterable, Sendable {
  /// It may be moved.
  case shift
  /// It may be moved, turned and scaled.
  case similarity
}
