// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The square that explains a chemical map: composition to the right, iron upwards.
struct ChemicalLegend {
  /// The iron at the upper edge.
  var fullIron: Double
  var quantity: String
  var unit: String

  func extent(style: PictureStyle) -> Extent {
    Extent(width: 232 * style.unit, height: 230 * style.unit)
  }

  func draw(on canvas: borrowing Canvas, rightOf image: Rectangle, style: PictureStyle) {
    let side = Int(140 * style.unit)
    let square = Rectangle(
      x: (image.right + 74 * style.unit).rounded(),
      y: (image.y + 8 * style.unit).rounded(),
      width: Double(side),
      height: Double(side)
    )
    let corner = Point(x: square.x, y: square.y)
    canvas.draw(raster(side: side), at: corner, magnifiedBy: 1)
    canvas.outline(square, with: PictureStyle.frame, width: style.hairline)
    drawIronAxis(on: canvas, leftOf: square, style: style)
    drawCompositionAxis(on: canvas, below: square, style: style)
  }

  private func raster(side: Int) -> Raster {
    var words: [UInt32] = []
    words.reserveCapacity(side * side)
    for row in 0..<side {
      let iron = 1 - (Double(row) + 0.5) / Double(side)
      for column in 0..<side {
        let composition = (Double(column) + 0.5) / Double(side)
        words.append(ChemicalPicture.color(composition: composition, brightness: iron).word)
      }
    }
    return Raster(shape: Shape2D(square: side), words: words)
  }

  private func drawIronAxis(
    on canvas: borrowing Canvas,
    leftOf square: Rectangle,
    style: PictureStyle
  ) {
    let ticks = AxisTicks(linear: 0...fullIron, about: 3)
    var widest = 0.0
    for (value, label) in zip(ticks.values, ticks.labels) {
      let y = square.bottom - value / fullIron * square.height
      let start = Point(x: square.x, y: y)
      let end = Point(x: square.x - 5 * style.unit, y: y)
      canvas.stroke([start, end], with: PictureStyle.frame, width: style.hairline)
      canvas.write(
        label,
        at: Point(x: end.x - 4 * style.unit, y: y),
        size: style.tickTextSize,
        anchor: .end
      )
      widest = max(widest, canvas.width(of: label, size: style.tickTextSize))
    }
    let x = square.x - 9 * style.unit - widest - 6 * style.unit - style.textSize / 2
    canvas.writeUpwards(
      ticks.label(quantity, unit: unit),
      at: Point(x: x, y: square.middle.y),
      size: style.textSize
    )
  }

  private func drawCompositionAxis(
    on canvas: borrowing Canvas,
    below square: Rectangle,
    style: PictureStyle
  ) {
    for (fraction, label) in [(0.0, "0"), (0.5, "0.5"), (1.0, "1")] {
      let x = square.x + fraction * square.width
      let start = Point(x: x, y: square.bottom)
      let end = Point(x: x, y: square.bottom + 5 * style.unit)
      canvas.stroke([start, end], with: PictureStyle.frame, width: style.hairline)
      canvas.write(
        label,
        at: Point(x: x, y: end.y + 10 * style.unit),
        size: style.tickTextSize,
        anchor: .middle
      )
    }
    let y = square.bottom + 36 * style.unit
    canvas.write(
      "LiFePO₄ among both",
      at: Point(x: square.middle.x, y: y),
      size: style.textSize,
      anchor: .middle
    )
    let ends = y + 24 * style.unit
    canvas.write(
      "FePO₄",
      at: Point(x: square.x - 16 * style.unit, y: ends),
      size: style.textSize,
      bold: true,
      color: ChemicalPicture.delithiatedColor.dimmed(to: 0.9)
    )
    canvas.write(
      "LiFePO₄",
      at: Point(x: square.right + 16 * style.unit, y: ends),
      size: style.textSize,
      anchor: .end,
      bold: true,
      color: ChemicalPicture.lithiatedColor.dimmed(to: 0.85)
    )
  }
}
