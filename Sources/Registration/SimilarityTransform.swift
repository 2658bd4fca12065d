// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// A turn, a scaling and a displacement of an image, in this order, about its centre.
///
/// The point r about the centre ((rows − 1)/2, (columns − 1)/2) goes to scale · R(rotation) r + shift;
/// a positive rotation turns +x, to the right, towards +y, downwards. No reflection, no shear: the
/// non-reflective similarity transform of Yu et al., Nat. Commun. 9, 921 (2018), Methods.
public struct SimilarityTransform: Hashable, Sendable {
  /// The displacement, pixels.
  public var shift: PixelShift
  /// The turn, radians.
  public var rotation: Double
  /// The factor on lengths, 1 for none.
  public var scale: Double

  /// Makes a transform; the identity if nothing is said.
  public init(shift: PixelShift = .zero, rotation: Double = 0, scale: Double = 1) {
    self.shift = shift
    self.rotation = rotation
    self.scale = scale
  }

  /// What leaves every image as it is.
  public static let identity = SimilarityTransform()

  /// Whether it does nothing but displace.
  public var isShift: Bool { rotation == 0 && scale == 1 }

  /// The rotation in degrees.
  public var rotationDegrees: Double { rotation * 180 / .pi }

  /// Where a point about the centre goes, pixels down and to the right.
  public func applied(to point: PixelShift) -> PixelShift {
    turned(point) + shift
  }

  /// First this transform, then another.
  public func followed(by next: SimilarityTransform) -> SimilarityTransform {
    SimilarityTransform(
      shift: next.applied(to: shift),
      rotation: rotation + next.rotation,
      scale: scale * next.scale
    )
  }

  /// The transform that undoes this one.
  public var inverse: SimilarityTransform {
    let back = SimilarityTransform(rotation: -rotation, scale: 1 / scale)
    return SimilarityTransform(
      shift: .zero - back.turned(shift),
      rotation: -rotation,
      scale: 1 / scale
    )
  }

  private func turned(_ point: PixelShift) -> PixelShift {
    let (c, s) = (scale * cosine(rotation), scale * sine(rotation))
    return PixelShift(
      rows: s * point.columns + c * point.rows,
      columns: c * point.columns - s * point.rows
    )
  }
}
