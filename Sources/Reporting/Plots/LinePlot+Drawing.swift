// SPDX-License-Identifier: BSD-3-Clause

extension LinePlot: PanelContent {
  var unit: Double { 1 }

  func extent(style: PictureStyle, measuredOn canvas: borrowing Canvas) -> Extent {
    let legend = PlotLegend(self, width: 620 * style.unit, style: style, measuredOn: canvas)
    let title = self.title.isEmpty ? 0 : style.titleHeight
    return Extent(
      width: 640 * style.unit,
      height: (title + legend.height + 440 * style.unit).rounded()
    )
  }

  func draw(on canvas: borrowing Canvas, in frame: Rectangle, style: PictureStyle) {
    let legend = PlotLegend(self, width: frame.width, style: style, measuredOn: canvas)
    let top = frame.y + (title.isEmpty ? 0 : style.titleHeight) + legend.height + 6 * style.unit
    let bottom = frame.bottom - 52 * style.unit

    // The width of the numbers at the left decides where the plot begins.
    let heights = (low: bottom.rounded(), high: top.rounded())
    let vertical = PlotScale(
      range: shownVerticalRange,
      isLogarithmic: self.vertical.isLogarithmic,
      pixels: heights
    )
    let verticalTicks = vertical.ticks(about: max(3, Int((bottom - top) / (65 * style.unit))))
    var numbers = 0.0
    for label in verticalTicks.labels {
      numbers = max(numbers, canvas.width(of: label, size: style.tickTextSize))
    }
    let left = (frame.x + style.textSize + 22 * style.unit + numbers).rounded()
    let bar = backdrop?.colorBar
    let barWidth = bar?.width(style: style, height: bottom - top, measuredOn: canvas) ?? 0
    let right = (frame.right - 14 * style.unit - barWidth).rounded()
    let horizontal = PlotScale(
      range: shownHorizontalRange,
      isLogarithmic: self.horizontal.isLogarithmic,
      pixels: (low: left, high: right)
    )
    let horizontalTicks = horizontal.ticks(about: max(3, Int((right - left) / (90 * style.unit))))
    let area = Rectangle(
      x: left,
      y: heights.high,
      width: right - left,
      height: heights.low - heights.high
    )

    canvas.write(
      title,
      at: Point(x: area.middle.x, y: frame.y + style.titleHeight / 2 - 2 * style.unit),
      size: style.titleSize,
      anchor: .middle,
      bold: true,
      within: 2 * min(area.middle.x - frame.x, frame.right - area.middle.x)
    )
    legend.draw(
      on: canvas,
      centeredAt: area.middle.x,
      top: area.y - 6 * style.unit - legend.height,
      style: style
    )
    let axes = PlotAxes(area: area, horizontal: horizontal, vertical: vertical, style: style)
    axes.drawBands(on: canvas, bands)
    axes.drawGrid(on: canvas, at: horizontalTicks, verticalTicks)
    if let backdrop {
      axes.drawBackdrop(on: canvas, backdrop)
      bar?.draw(on: canvas, rightOf: area, style: style)
    }
    canvas.clipped(to: area) {
      drawCurves(on: canvas, axes)
    }
    // Not clipped: a dot on the very edge of the area is whole.
    for (curve, color) in zip(curves, curveColors) where curve.hasDots {
      axes.drawDots(on: canvas, of: curve, color: color, radius: 3.2 * style.unit)
    }
    axes.drawFrame(on: canvas, at: horizontalTicks, verticalTicks)
    canvas.write(
      horizontalTicks.label(self.horizontal.quantity, unit: self.horizontal.unit),
      at: Point(x: area.middle.x, y: area.bottom + 40 * style.unit),
      size: style.textSize,
      anchor: .middle
    )
    canvas.writeUpwards(
      verticalTicks.label(self.vertical.quantity, unit: self.vertical.unit),
      at: Point(x: frame.x + style.textSize / 2 + 2 * style.unit, y: area.middle.y),
      size: style.textSize
    )
  }

  /// The colour of each curve.
  var curveColors: [RGBColor] {
    var next = 0
    return curves.map { curve in
      if let color = curve.color { return color }
      next += 1
      return PictureStyle.curves[(next - 1) % PictureStyle.curves.count]
    }
  }

  private var hasBars: Bool { curves.contains { $0.style == .bars } }

  var shownHorizontalRange: ClosedRange<Double> {
    var values = curves.flatMap(\.x) + markers.map(\.value)
    values += bands.flatMap { [$0.range.lowerBound, $0.range.upperBound] }
    if let range = backdrop?.horizontal { values += [range.lowerBound, range.upperBound] }
    for curve in curves where curve.style == .bars {
      let half = curve.spacing / 2
      values += curve.x.map { $0 - half } + curve.x.map { $0 + half }
    }
    // Dots at the ends would lie half outside.
    let hasDots = backdrop == nil && curves.contains { $0.hasDots }
    return PlotScale.range(of: values, on: horizontal, margin: hasDots ? 0.02 : 0)
  }

  var shownVerticalRange: ClosedRange<Double> {
    var values = curves.flatMap(\.y) + thresholds.map(\.value)
    for curve in curves {
      values += zip(curve.y, curve.errors).flatMap { [$0 - $1, $0 + $1] }
      values += zip(curve.y, curve.base).map { $0 + $1 }
    }
    if let range = backdrop?.vertical { values += [range.lowerBound, range.upperBound] }
    let margin = backdrop == nil ? 0.05 : 0
    var range = PlotScale.range(of: values, on: vertical, margin: margin)
    // Bars stand on zero.
    if hasBars, !vertical.isLogarithmic, vertical.range == nil {
      let low = values.min() ?? 0
      range = low < 0 ? range : 0...max(range.upperBound, .leastNormalMagnitude)
    }
    return range
  }

  private func drawCurves(on canvas: borrowing Canvas, _ axes: PlotAxes) {
    let width = 2 * axes.style.unit
    for (curve, color) in zip(curves, curveColors) where curve.style == .bars {
      axes.drawBars(on: canvas, of: curve, color: color)
    }
    for threshold in thresholds {
      guard let y = axes.vertical.pixel(of: threshold.value) else { continue }
      canvas.stroke(
        [Point(x: axes.area.x, y: y), Point(x: axes.area.right, y: y)],
        with: Self.thresholdColor,
        width: 0.75 * width,
        dash: PlotAxes.thresholdDash(axes.style)
      )
    }
    for marker in markers {
      guard let x = axes.horizontal.pixel(of: marker.value) else { continue }
      canvas.stroke(
        [Point(x: x, y: axes.area.y), Point(x: x, y: axes.area.bottom)],
        with: Self.thresholdColor,
        width: 0.75 * width,
        dash: PlotAxes.markerDash(axes.style)
      )
    }
    for (curve, color) in zip(curves, curveColors) where curve.style != .bars {
      if curve.style != .points { axes.drawLine(on: canvas, of: curve, color: color, width: width) }
    }
    for (curve, color) in zip(curves, curveColors) where !curve.errors.isEmpty {
      axes.drawErrors(on: canvas, of: curve, color: curve.style == .bars ? PictureStyle.ink : color)
    }
  }

  /// The colour of threshold lines and markers.
  static let thresholdColor = RGBColor(gray: 0.4)
}

extension LinePlot.Curve {
  var hasDots: Bool { style == .dots || style == .points }

  /// The smallest distance between neighbouring points, 1 where there are none.
  var spacing: Double {
    let sorted = x.filter(\.isFinite).sorted()
    let gaps = zip(sorted.dropFirst(), sorted).map { $0 - $1 }.filter { $0 > 0 }
    return gaps.min() ?? 1
  }
}
