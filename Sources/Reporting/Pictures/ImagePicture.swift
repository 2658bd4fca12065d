// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// An image shown in the colours of a map, with title, scale bar and colour bar.
///
/// Small images are magnified by a whole factor without smoothing, so that every pixel is seen as
/// it is; images above 1600 pixels are averaged over blocks of pixels. Pixels that are NaN get the
/// map's neutral colour and an entry "no data".
public struct ImagePicture: Sendable {
  /// The values, [row, column].
  public var image: Image
  /// What is written above the image.
  public var title: String
  /// The size of a pixel; without it there is no scale bar.
  public var pixelSize: Length?
  /// What lies along columns and rows, "x" and "y", where it is told.
  public var axes: PictureAxes?
  /// What the values are, for the colour bar: "optical density".
  public var quantity: String
  /// The unit of the values, empty for none: "µm⁻¹".
  public var unit: String
  /// The colours.
  public var colorMap: ColorMap
  /// Which values the ends of the colour bar stand for.
  public var range: ValueRange

  /// Makes a picture of an image, [row, column].
  public init(
    _ image: Image,
    title: String = "",
    pixelSize: Length? = nil,
    quantity: String = "",
    unit: String = "",
    colorMap: ColorMap = .sequential,
    range: ValueRange = .robust
  ) {
    self.image = image
    self.title = title
    self.pixelSize = pixelSize
    self.quantity = quantity
    self.unit = unit
    self.colorMap = colorMap
    self.range = range
  }

  var panel: RasterPanel {
    let range = self.range.resolved(for: image)
    let scale = 1 / (range.upperBound - range.lowerBound)
    let table = colorMap.colors.map(\.word)
    let missing = colorMap.missing.word
    let last = Double(table.count - 1)
    let words = image.values.map { value in
      guard !value.isNaN else { return missing }
      let fraction = min(max((Double(value) - range.lowerBound) * scale, 0), 1)
      return table[Int((fraction * last).rounded())]
    }
    let bar = ColorBar(
      colorMap: colorMap,
      range: range,
      quantity: quantity,
      unit: unit,
      hasValuesBelow: image.values.contains { Double($0) < range.lowerBound - 1e-6 / scale },
      hasValuesAbove: image.values.contains { Double($0) > range.upperBound + 1e-6 / scale }
    )
    return RasterPanel(
      title: title,
      raster: Raster(shape: image.shape, words: words),
      pixelSize: pixelSize,
      missing: image.values.contains(where: \.isNaN) ? colorMap.missing : nil,
      legend: .colorBar(bar)
    )
  }
}
