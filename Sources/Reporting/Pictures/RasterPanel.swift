// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// A raster under its title, the scale bar below it, its legend to the right.
struct RasterPanel: PanelContent {
  /// What explains the colours.
  enum Legend {
    case none
    case colorBar(ColorBar)
    case chemistry(ChemicalLegend)
    case key([ColorKey])
  }

  var title: String
  var raster: Raster
  var pixelSize: Length?
  /// The colour of pixels without a value, where there are any.
  var missing: RGBColor?
  var legend: Legend

  var unit: Double { max(1, max(raster.extent.width, raster.extent.height) / 640) }

  func extent(style: PictureStyle, measuredOn canvas: borrowing Canvas) -> Extent {
    let image = raster.extent
    let beside = legendExtent(style: style, imageHeight: image.height, measuredOn: canvas)
    return Extent(
      width: max(image.width + beside.width, 300 * style.unit).rounded(.up),
      height: (titleHeight(style) + max(image.height, beside.height) + footerHeight(style))
        .rounded(.up)
    )
  }

  func draw(on canvas: borrowing Canvas, in frame: Rectangle, style: PictureStyle) {
    let size = raster.extent
    let beside = legendExtent(style: style, imageHeight: size.height, measuredOn: canvas)
    let image = Rectangle(
      x: (frame.x + (frame.width - size.width - beside.width) / 2).rounded(),
      y: (frame.y + titleHeight(style)).rounded(),
      width: size.width,
      height: size.height
    )
    canvas.write(
      title,
      at: Point(x: image.middle.x, y: frame.y + style.titleHeight / 2 - 2 * style.unit),
      size: style.titleSize,
      anchor: .middle,
      bold: true,
      within: max(size.width, min(frame.width, 2 * (image.middle.x - frame.x)))
    )
    let corner = Point(x: image.x, y: image.y)
    canvas.draw(raster.reduced, at: corner, magnifiedBy: raster.magnification)
    canvas.outline(image, with: PictureStyle.frame, width: style.hairline)
    drawFooter(on: canvas, below: image, style: style)
    switch legend {
    case .none: break
    case .colorBar(let bar):
      bar.draw(on: canvas, rightOf: image, style: style)
    case .chemistry(let square):
      square.draw(on: canvas, rightOf: image, style: style)
    case .key(let entries):
      drawKey(entries, on: canvas, rightOf: image, style: style)
    }
  }

  private func drawKey(
    _ entries: [ColorKey],
    on canvas: borrowing Canvas,
    rightOf image: Rectangle,
    style: PictureStyle
  ) {
    for (place, entry) in entries.enumerated() {
      let box = Rectangle(
        x: (image.right + 14 * style.unit).rounded(),
        y: (image.y + Double(place) * 26 * style.unit).rounded(),
        width: (16 * style.unit).rounded(),
        height: (16 * style.unit).rounded()
      )
      canvas.fill(box, with: entry.color)
      canvas.outline(box, with: PictureStyle.frame, width: style.hairline)
      canvas.write(
        entry.name,
        at: Point(x: box.right + 8 * style.unit, y: box.middle.y),
        size: style.tickTextSize
      )
    }
  }

  private func titleHeight(_ style: PictureStyle) -> Double {
    title.isEmpty ? 0 : style.titleHeight
  }

  private func footerHeight(_ style: PictureStyle) -> Double {
    if pixelSize == nil, missing == nil { return style.hairline }
    return (stacksFooter(style) ? 54 : 30) * style.unit
  }

  /// Whether the image is too narrow for the scale bar and the colour of missing values in a row.
  private func stacksFooter(_ style: PictureStyle) -> Bool {
    pixelSize != nil && missing != nil && raster.extent.width < 220 * style.unit
  }

  private func legendExtent(
    style: PictureStyle,
    imageHeight: Double,
    measuredOn canvas: borrowing Canvas
  ) -> Extent {
    switch legend {
    case .none:
      Extent(width: 0, height: 0)
    case .colorBar(let bar):
      Extent(
        width: bar.width(style: style, height: imageHeight, measuredOn: canvas),
        height: ColorBar.shortestHeight * style.unit
      )
    case .chemistry(let square):
      square.extent(style: style)
    case .key(let entries):
      Extent(
        width: keyWidth(entries, style: style, measuredOn: canvas),
        height: 26 * style.unit * Double(entries.count)
      )
    }
  }

  private func keyWidth(
    _ entries: [ColorKey],
    style: PictureStyle,
    measuredOn canvas: borrowing Canvas
  ) -> Double {
    var widest = 0.0
    for entry in entries {
      widest = max(widest, canvas.width(of: entry.name, size: style.tickTextSize))
    }
    return 38 * style.unit + widest
  }

  /// The scale bar at the left end below the image, the colour of missing values at the right.
  private func drawFooter(
    on canvas: borrowing Canvas,
    below image: Rectangle,
    style: PictureStyle
  ) {
    let y = image.bottom + 18 * style.unit
    if let pixelSize {
      let bar = ScaleBar(columns: raster.shape.columns, pixelSize: pixelSize)
      let length = bar.imagePixels * raster.scale
      let height = (6 * style.unit).rounded()
      canvas.fill(
        Rectangle(x: image.x, y: (y - height / 2).rounded(), width: length, height: height),
        with: PictureStyle.ink
      )
      canvas.write(
        bar.label,
        at: Point(x: image.x + length + 8 * style.unit, y: y),
        size: style.textSize
      )
    }
    guard let missing else { return }
    let width = canvas.width(of: "no data", size: style.tickTextSize) + 22 * style.unit
    let left = max(image.x, image.right - width)
    let middle = stacksFooter(style) ? y + 24 * style.unit : y
    let box = Rectangle(
      x: left.rounded(),
      y: (middle - 7 * style.unit).rounded(),
      width: (14 * style.unit).rounded(),
      height: (14 * style.unit).rounded()
    )
    canvas.fill(box, with: missing)
    canvas.outline(box, with: PictureStyle.frame, width: style.hairline)
    canvas.write(
      "no data",
      at: Point(x: left + 22 * style.unit, y: middle),
      size: style.tickTextSize
    )
  }
}
