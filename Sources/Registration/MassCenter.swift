// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// The centre of what stands out of an optical density, and whether all of it is in view.
///
/// A projection's centre of mass follows x cos t + z sin t; that makes it a seed and a sanity gate
/// for registration. Only what rises above the background by a quarter of the contrast counts, so
/// that neither noise around the object nor a support film has a pull.
public struct MassCenter: Hashable, Sendable {
  /// The displacement from the image's centre ((rows − 1)/2, (columns − 1)/2), pixels.
  public var place: PixelShift
  /// The part of the mass that lies on the border of what is lit.
  public var borderPart: Double

  /// Whether the object is cut by the border, so that its centre is not where the mass says.
  public var isCut: Bool { borderPart > 0.004 }

  /// Finds the centre of mass; nil if nothing stands out.
  ///
  /// - Parameters:
  ///   - image: Optical density, [row, column].
  ///   - weights: The trust in each pixel, 0 to 1, same shape; untrusted pixels do not count.
  public init?(of image: Image, weights: Image) {
    let smooth = SmoothedImage(image, weights: weights)
    guard let strongest = smooth.strongest, strongest > 0 else { return nil }
    let level = Float(BackgroundLevel(of: smooth)?.value ?? 0)
    let threshold = level + (strongest - level) / 4
    var mass = Image(shape: image.shape)
    var (border, all) = (0.0, 0.0)
    for row in 0..<image.shape.rows {
      for column in 0..<image.shape.columns where weights[row, column] > 0 {
        let value = max(0, smooth.image[row, column] - threshold)
        guard value > 0 else { continue }
        mass[row, column] = value
        all += Double(value)
        if Self.isOnBorder(row, column, of: weights) { border += Double(value) }
      }
    }
    guard let center = centerOfMass(of: mass) else { return nil }
    place = PixelShift(
      rows: center.row - Double(image.shape.rows - 1) / 2,
      columns: center.column - Double(image.shape.columns - 1) / 2
    )
    borderPart = all > 0 ? border / all : 0
  }

  /// Whether a lit pixel has an unlit one or the image's edge within two pixels.
  private static func isOnBorder(_ row: Int, _ column: Int, of weights: Image) -> Bool {
    for (down, right) in [(2, 0), (-2, 0), (0, 2), (0, -2)] {
      let (y, x) = (row + down, column + right)
      guard y >= 0, x >= 0, y < weights.shape.rows, x < weights.shape.columns else { return true }
      if weights[y, x] <= 0 { return true }
    }
    return false
  }
}
