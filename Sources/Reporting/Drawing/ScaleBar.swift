// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// A bar of round length that tells how large an image is.
public struct ScaleBar: Hashable, Sendable {
  /// The length that the bar stands for: 1, 2 or 5 times a power of ten nanometres.
  public var length: Length
  /// The length of the bar in pixels of the image.
  public var imagePixels: Double

  /// Chooses the longest round length that is at most three tenths of an image's width.
  ///
  /// - Parameters:
  ///   - columns: The width of the image, pixels.
  ///   - pixelSize: The size of its pixels.
  public init(columns: Int, pixelSize: Length) {
    let longest = 0.3 * Double(max(columns, 1)) * pixelSize.nanometers
    let round = roundNumber(atMost: longest)
    length = Length(nanometers: round)
    imagePixels = round / pixelSize.nanometers
  }

  /// The length in words: "200 nm", "5 µm".
  public var label: String {
    let nanometers = length.nanometers
    return nanometers < 999.5
      ? "\(AxisTicks.plain(nanometers)) nm" : "\(AxisTicks.plain(length.micrometers)) µm"
  }
}
