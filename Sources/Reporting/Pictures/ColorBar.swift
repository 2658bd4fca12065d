// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A bar that tells which value a colour stands for; pointed where values lie beyond its ends.
struct ColorBar {
  var colorMap: ColorMap
  var range: ClosedRange<Double>
  var quantity: String
  var unit: String
  var hasValuesBelow: Bool
  var hasValuesAbove: Bool
  /// Whether equal ratios lie equally far apart; the range is then positive.
  var isLogarithmic = false

  /// How far along the bar a value lies, 0 to 1 within the range.
  func fraction(of value: Double) -> Double {
    let (low, high) = (range.lowerBound, range.upperBound)
    return isLogarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low)
  }

  /// The height of a bar beside a flatter image, in the style's units.
  static let shortestHeight = 120.0

  /// The room that the bar, its numbers and its label take beside an image.
  func width(
    style: PictureStyle,
    height: Double,
    measuredOn canvas: borrowing Canvas
  ) -> Double {
    let ticks = self.ticks(style: style, height: height)
    let numbers = widest(ticks.labels, style: style, on: canvas)
    let label = ticks.label(quantity, unit: unit).isEmpty ? 0 : 14 * style.unit + style.textSize
    return 14 * style.unit + 18 * style.unit + 10 * style.unit + numbers + label
  }

  func draw(on canvas: borrowing Canvas, rightOf image: Rectangle, style: PictureStyle) {
    let tip = 12 * style.unit
    let height = max(image.height, Self.shortestHeight * style.unit)
    let top = (image.y + (hasValuesAbove ? tip : 0)).rounded()
    let bottom = (image.y + height - (hasValuesBelow ? tip : 0)).rounded()
    let bar = Rectangle(
      x: (image.right + 14 * style.unit).rounded(),
      y: top,
      width: (18 * style.unit).rounded(),
      height: bottom - top
    )
    drawColors(on: canvas, in: bar)
    drawOutline(on: canvas, around: bar, tip: tip, style: style)

    let ticks = self.ticks(style: style, height: height)
    for (value, label) in zip(ticks.values, ticks.labels) {
      let y = bar.bottom - fraction(of: value) * bar.height
      let start = Point(x: bar.right, y: y)
      let end = Point(x: bar.right + 5 * style.unit, y: y)
      canvas.stroke([start, end], with: PictureStyle.frame, width: style.hairline)
      canvas.write(label, at: Point(x: end.x + 5 * style.unit, y: y), size: style.tickTextSize)
    }
    let label = ticks.label(quantity, unit: unit)
    let numbers = widest(ticks.labels, style: style, on: canvas)
    let x = bar.right + 10 * style.unit + numbers + 11 * style.unit + style.textSize / 2
    canvas.writeUpwards(label, at: Point(x: x, y: image.y + height / 2), size: style.textSize)
  }

  private func ticks(style: PictureStyle, height: Double) -> AxisTicks {
    ticks(about: max(2, min(7, Int(height / (70 * style.unit)))))
  }

  func ticks(about count: Int) -> AxisTicks {
    isLogarithmic
      ? AxisTicks(logarithmic: range, about: count) : AxisTicks(linear: range, about: count)
  }

  private func widest(
    _ labels: [String],
    style: PictureStyle,
    on canvas: borrowing Canvas
  ) -> Double {
    var width = 0.0
    for label in labels { width = max(width, canvas.width(of: label, size: style.tickTextSize)) }
    return width
  }

  private func drawColors(on canvas: borrowing Canvas, in bar: Rectangle) {
    let rows = Int(bar.height)
    for row in 0..<rows {
      let fraction = 1 - (Double(row) + 0.5) / Double(rows)
      canvas.fill(
        Rectangle(x: bar.x, y: bar.y + Double(row), width: bar.width, height: 1),
        with: colorMap.color(at: fraction)
      )
    }
  }

  private func drawOutline(
    on canvas: borrowing Canvas,
    around bar: Rectangle,
    tip: Double,
    style: PictureStyle
  ) {
    let half = style.hairline / 2
    let upper = [
      Point(x: bar.x, y: bar.y), Point(x: bar.middle.x, y: bar.y - tip),
      Point(x: bar.right, y: bar.y),
    ]
    let lower = [
      Point(x: bar.right, y: bar.bottom), Point(x: bar.middle.x, y: bar.bottom + tip),
      Point(x: bar.x, y: bar.bottom),
    ]
    if hasValuesAbove { canvas.fill(upper, with: colorMap.color(at: 1)) }
    if hasValuesBelow { canvas.fill(lower, with: colorMap.color(at: 0)) }
    let top =
      hasValuesAbove
      ? upper : [Point(x: bar.x, y: bar.y - half), Point(x: bar.right, y: bar.y - half)]
    let bottom =
      hasValuesBelow
      ? lower : [Point(x: bar.right, y: bar.bottom + half), Point(x: bar.x, y: bar.bottom + half)]
    let path = top + bottom
    canvas.stroke(path + path.prefix(1), with: PictureStyle.frame, width: style.hairline)
  }
}
