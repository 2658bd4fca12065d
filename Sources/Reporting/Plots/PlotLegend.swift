// SPDX-License-Identifier: BSD-3-Clause

/// The names of a plot's curves, in rows above it, where they hide nothing.
struct PlotLegend {
  private enum Sample {
    case line(dash: [Double], dots: Bool)
    case bar
    case upright(dash: [Double])
    case points
    case band
  }

  private struct Entry {
    var label: String
    var color: RGBColor
    var sample: Sample
    var width: Double
  }

  private var rows: [[Entry]] = []
  private let gap: Double
  private let rowHeight: Double

  /// The height of all rows, pixels.
  var height: Double { Double(rows.count) * rowHeight }

  init(
    _ plot: LinePlot,
    width: Double,
    style: PictureStyle,
    measuredOn canvas: borrowing Canvas
  ) {
    gap = 18 * style.unit
    rowHeight = 24 * style.unit
    var used = 0.0
    for var entry in Self.entries(of: plot, style: style) where !entry.label.isEmpty {
      let text = canvas.width(of: entry.label, size: style.tickTextSize)
      entry.width = Self.sampleWidth(style) + text
      if rows.isEmpty || used + gap + entry.width > width - 20 * style.unit {
        rows.append([])
        used = 0
      }
      used += (used > 0 ? gap : 0) + entry.width
      rows[rows.count - 1].append(entry)
    }
  }

  func draw(
    on canvas: borrowing Canvas,
    centeredAt middle: Double,
    top: Double,
    style: PictureStyle
  ) {
    for (index, row) in rows.enumerated() {
      let width = row.reduce(-gap) { $0 + gap + $1.width }
      let y = top + (Double(index) + 0.5) * rowHeight
      var x = middle - width / 2
      for entry in row {
        draw(entry, on: canvas, at: Point(x: x, y: y), style: style)
        x += entry.width + gap
      }
    }
  }

  private static func entries(of plot: LinePlot, style: PictureStyle) -> [Entry] {
    let curves = zip(plot.curves, plot.curveColors).map { curve, color in
      let sample: Sample =
        switch curve.style {
        case .line: .line(dash: [], dots: false)
        case .dashes: .line(dash: PlotAxes.curveDash(style), dots: false)
        case .dots: .line(dash: [], dots: true)
        case .points: .points
        case .bars: .bar
        }
      return Entry(label: curve.label, color: color, sample: sample, width: 0)
    }
    let thresholds = plot.thresholds.map {
      Entry(
        label: $0.label,
        color: LinePlot.thresholdColor,
        sample: .line(dash: PlotAxes.thresholdDash(style), dots: false),
        width: 0
      )
    }
    let markers = plot.markers.map {
      Entry(
        label: $0.label,
        color: LinePlot.thresholdColor,
        sample: .upright(dash: PlotAxes.markerDash(style)),
        width: 0
      )
    }
    let bands = plot.bands.map {
      Entry(label: $0.label, color: $0.light, sample: .band, width: 0)
    }
    return curves + bands + thresholds + markers
  }

  private static func sampleWidth(_ style: PictureStyle) -> Double { 32 * style.unit }

  private func draw(
    _ entry: Entry,
    on canvas: borrowing Canvas,
    at point: Point,
    style: PictureStyle
  ) {
    let length = 26 * style.unit
    let half = 8 * style.unit
    let end = Point(x: point.x + length, y: point.y)
    let middle = Point(x: point.x + length / 2, y: point.y)
    switch entry.sample {
    case .line(let dash, let dots):
      canvas.stroke([point, end], with: entry.color, width: 2 * style.unit, dash: dash)
      if dots { canvas.fillDisc(at: middle, radius: 3.2 * style.unit, with: entry.color) }
    case .bar:
      canvas.fill(
        Rectangle(x: point.x, y: point.y - half + 2, width: length, height: 2 * (half - 2)),
        with: PlotAxes.lightened(entry.color)
      )
    case .points:
      canvas.fillDisc(at: middle, radius: 3.2 * style.unit, with: entry.color)
    case .band:
      let box = Rectangle(
        x: point.x,
        y: point.y - half + 2,
        width: length,
        height: 2 * (half - 2)
      )
      canvas.fill(box, with: entry.color)
      canvas.outline(box, with: PictureStyle.grid, width: style.hairline)
    case .upright(let dash):
      let upper = Point(x: middle.x, y: middle.y - half)
      let lower = Point(x: middle.x, y: middle.y + half)
      canvas.stroke([upper, lower], with: entry.color, width: 1.5 * style.unit, dash: dash)
    }
    canvas.write(
      entry.label,
      at: Point(x: point.x + Self.sampleWidth(style), y: point.y),
      size: style.tickTextSize
    )
  }
}
