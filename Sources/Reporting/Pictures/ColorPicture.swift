// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// An image of given colours, with title and scale bar; a pixel with a part NaN is drawn neutral.
public struct ColorPicture: Sendable {
  /// The extent, [rows, columns].
  public var shape: Shape2D
  /// The colours, row after row; always `shape.count` of them.
  public var colors: [RGBColor]
  /// What is written above the image.
  public var title: String
  /// The size of a pixel; without it there is no scale bar.
  public var pixelSize: Length?
  /// What lies along columns and rows, "x" and "y", where it is told.
  public var axes: PictureAxes?
  /// What colours stand for, for a legend beside the image; empty for none.
  public var key: [ColorKey] = []

  /// Makes a picture of colours stored row after row.
  public init(
    shape: Shape2D,
    colors: [RGBColor],
    title: String = "",
    pixelSize: Length? = nil
  ) {
    precondition(colors.count == shape.count, "colours do not match the shape \(shape)")
    self.shape = shape
    self.colors = colors
    self.title = title
    self.pixelSize = pixelSize
  }

  /// Makes a picture of three images of one shape, [row, column], the parts of each colour 0 to 1.
  public init(
    red: Image,
    green: Image,
    blue: Image,
    title: String = "",
    pixelSize: Length? = nil
  ) {
    precondition(red.shape == green.shape && red.shape == blue.shape, "parts differ in shape")
    self.init(
      shape: red.shape,
      colors: red.values.indices.map { i in
        RGBColor(
          red: Double(red.values[i]),
          green: Double(green.values[i]),
          blue: Double(blue.values[i])
        )
      },
      title: title,
      pixelSize: pixelSize
    )
  }

  /// The colour of a pixel without values.
  public static let missing = RGBColor(gray: 0.6)

  var panel: RasterPanel {
    func isMissing(_ color: RGBColor) -> Bool { (color.red + color.green + color.blue).isNaN }
    return RasterPanel(
      title: title,
      raster: Raster(
        shape: shape,
        words: colors.map { isMissing($0) ? Self.missing.word : $0.word }
      ),
      pixelSize: pixelSize,
      missing: colors.contains(where: isMissing) ? Self.missing : nil,
      legend: key.isEmpty ? .none : .key(key)
    )
  }
}
