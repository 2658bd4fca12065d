// SPDX-License-Identifier: BSD-3-Clause

/// The area of a plot, its scales, and what is drawn by them.
struct PlotAxes {
  var area: Rectangle
  var horizontal: PlotScale
  var vertical: PlotScale
  var style: PictureStyle

  static func curveDash(_ style: PictureStyle) -> [Double] { [7 * style.unit, 4 * style.unit] }
  static func thresholdDash(_ style: PictureStyle) -> [Double] { [4 * style.unit, 3 * style.unit] }
  static func markerDash(_ style: PictureStyle) -> [Double] { [1.5 * style.unit, 3 * style.unit] }

  /// Draws light lines at the numbers.
  func drawGrid(on canvas: borrowing Canvas, at across: AxisTicks, _ upwards: AxisTicks) {
    for x in across.values.compactMap(horizontal.pixel(of:)) {
      let line = [Point(x: x, y: area.y), Point(x: x, y: area.bottom)]
      canvas.stroke(line, with: PictureStyle.grid, width: style.hairline)
    }
    for y in upwards.values.compactMap(vertical.pixel(of:)) {
      let line = [Point(x: area.x, y: y), Point(x: area.right, y: y)]
      canvas.stroke(line, with: PictureStyle.grid, width: style.hairline)
    }
  }

  /// Draws the frame, the marks and the numbers.
  func drawFrame(on canvas: borrowing Canvas, at across: AxisTicks, _ upwards: AxisTicks) {
    canvas.outline(area, with: PictureStyle.frame, width: style.hairline)
    for (value, label) in zip(across.values, across.labels) {
      guard let x = horizontal.pixel(of: value) else { continue }
      drawMark(on: canvas, acrossAt: x, length: 5)
      canvas.write(
        label,
        at: Point(x: x, y: area.bottom + 16 * style.unit),
        size: style.tickTextSize,
        anchor: .middle
      )
    }
    for x in across.minor.compactMap(horizontal.pixel(of:)) {
      drawMark(on: canvas, acrossAt: x, length: 3)
    }
    for (value, label) in zip(upwards.values, upwards.labels) {
      guard let y = vertical.pixel(of: value) else { continue }
      drawMark(on: canvas, upwardsAt: y, length: 5)
      canvas.write(
        label,
        at: Point(x: area.x - 9 * style.unit, y: y),
        size: style.tickTextSize,
        anchor: .end
      )
    }
    for y in upwards.minor.compactMap(vertical.pixel(of:)) {
      drawMark(on: canvas, upwardsAt: y, length: 3)
    }
  }

  /// Draws the line, dashes or dots of a curve.
  func drawLine(
    on canvas: borrowing Canvas,
    of curve: LinePlot.Curve,
    color: RGBColor,
    width: Double
  ) {
    let dash = curve.style == .dashes ? Self.curveDash(style) : []
    var run: [Point] = []
    let last = (x: Double.nan, y: Double.nan)
    for (x, y) in Array(zip(curve.x, curve.y)) + [last] {
      if let x = horizontal.pixel(of: x), let y = vertical.pixel(of: y) {
        run.append(Point(x: x, y: y))
        continue
      }
      // A point by itself makes no line; a dot shows it.
      if run.count == 1 { canvas.fillDisc(at: run[0], radius: 1.6 * width, with: color) }
      canvas.stroke(run, with: color, width: width, dash: dash)
      run = []
    }
  }

  /// Draws a dot at every point of a curve that the area holds.
  func drawDots(
    on canvas: borrowing Canvas,
    of curve: LinePlot.Curve,
    color: RGBColor,
    radius: Double
  ) {
    for (x, y) in zip(curve.x, curve.y) {
      guard let x = horizontal.pixel(of: x), let y = vertical.pixel(of: y),
        (area.x...area.right).contains(x), (area.y...area.bottom).contains(y)
      else { continue }
      canvas.fillDisc(at: Point(x: x, y: y), radius: radius, with: color)
    }
  }

  /// Draws the bars of a histogram, from zero or from the lower end of the axis.
  func drawBars(on canvas: borrowing Canvas, of curve: LinePlot.Curve, color: RGBColor) {
    let half = curve.spacing / 2
    let gap = style.hairline / 2
    for (place, (x, y)) in zip(curve.x, curve.y).enumerated() {
      let base = place < curve.base.count ? curve.base[place] : 0
      let foot = vertical.pixel(of: base) ?? area.bottom
      guard let left = horizontal.pixel(of: x - half), let right = horizontal.pixel(of: x + half),
        let top = vertical.pixel(of: base + y)
      else { continue }
      let bar = Rectangle(
        x: left + gap,
        y: min(top, foot),
        width: max(right - left - 2 * gap, gap),
        height: abs(foot - top)
      )
      canvas.fill(bar, with: Self.lightened(color))
    }
  }

  /// Draws an upright line from one error below each value to one above, with short feet.
  func drawErrors(on canvas: borrowing Canvas, of curve: LinePlot.Curve, color: RGBColor) {
    let foot = 4 * style.unit
    for (place, (value, error)) in zip(curve.y, curve.errors).enumerated() where error > 0 {
      let base = place < curve.base.count ? curve.base[place] : 0
      guard let x = horizontal.pixel(of: curve.x[place]),
        let top = vertical.pixel(of: base + value + error)
      else { continue }
      let bottom = vertical.pixel(of: base + value - error) ?? area.bottom
      for line in [
        [Point(x: x, y: top), Point(x: x, y: bottom)],
        [Point(x: x - foot, y: top), Point(x: x + foot, y: top)],
        [Point(x: x - foot, y: bottom), Point(x: x + foot, y: bottom)],
      ] {
        canvas.stroke(line, with: color, width: 1.3 * style.unit)
      }
    }
  }

  /// Tints parts of the area.
  func drawBands(on canvas: borrowing Canvas, _ bands: [LinePlot.Band]) {
    for band in bands {
      guard let left = horizontal.pixel(of: band.range.lowerBound),
        let right = horizontal.pixel(of: band.range.upperBound)
      else { continue }
      let (from, to) = (max(left, area.x), min(right, area.right))
      guard to > from else { continue }
      canvas.fill(
        Rectangle(x: from, y: area.y, width: to - from, height: area.height),
        with: band.light
      )
    }
  }

  /// Draws an image between the axes.
  func drawBackdrop(on canvas: borrowing Canvas, _ backdrop: LinePlot.Backdrop) {
    guard let left = horizontal.pixel(of: backdrop.horizontal.lowerBound),
      let right = horizontal.pixel(of: backdrop.horizontal.upperBound),
      let bottom = vertical.pixel(of: backdrop.vertical.lowerBound),
      let top = vertical.pixel(of: backdrop.vertical.upperBound)
    else { return }
    canvas.clipped(to: area) {
      canvas.draw(
        backdrop.raster,
        in: Rectangle(x: left, y: top, width: right - left, height: bottom - top)
      )
    }
  }

  /// The colour of bars, lighter than that of lines in front of them.
  static func lightened(_ color: RGBColor) -> RGBColor {
    RGBColor(
      red: 0.5 + 0.5 * color.red,
      green: 0.5 + 0.5 * color.green,
      blue: 0.5 + 0.5 * color.blue
    )
  }

  private func drawMark(on canvas: borrowing Canvas, acrossAt x: Double, length: Double) {
    let end = Point(x: x, y: area.bottom + length * style.unit)
    canvas.stroke(
      [Point(x: x, y: area.bottom), end],
      with: PictureStyle.frame,
      width: style.hairline
    )
  }

  private func drawMark(on canvas: borrowing Canvas, upwardsAt y: Double, length: Double) {
    let end = Point(x: area.x - length * style.unit, y: y)
    canvas.stroke([Point(x: area.x, y: y), end], with: PictureStyle.frame, width: style.hairline)
  }
}
