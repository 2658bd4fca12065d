// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Imaging

/// The place of an image's pixels on a page, in round units, with a scale bar.
struct ImagePanel {
  let shape: Shape2D
  let pixelSize: Length?
  let axes: PictureAxes?
  /// Whether numbers along the sides are left out for lack of room; the scale bar stays.
  let isSmall: Bool

  private var isWide: Bool {
    pixelSize.map { $0.micrometers * Double(max(shape.rows, shape.columns)) > 5 } ?? false
  }
  private var unit: String { pixelSize == nil ? "pixel" : isWide ? "µm" : "nm" }
  private var step: Double {
    pixelSize.map { isWide ? $0.micrometers : $0.nanometers } ?? 1
  }
  /// The place of the first pixel along a side; lengths count from the middle, pixels from 0.
  private func start(_ count: Int) -> Double {
    pixelSize == nil ? 0 : -step * Double(count - 1) / 2
  }

  /// The keys of a trace that say where its pixels are.
  var place: [(key: String, value: PlotValue)] {
    [
      ("x0", .number(start(shape.columns))), ("dx", .number(step)),
      ("y0", .number(start(shape.rows))), ("dy", .number(step)),
    ]
  }

  /// What a pointer shows of the place.
  var hover: String {
    let names = axes ?? PictureAxes(horizontal: "x", vertical: "y")
    let format = pixelSize == nil ? "d" : ".1f"
    return "\(names.horizontal) %{x:\(format)}, \(names.vertical) %{y:\(format)} \(unit)"
  }

  /// The layout; `background` is seen where there is no value.
  func layout(background: RGBColor) -> PlotValue {
    func range(_ count: Int) -> [Double] {
      [start(count) - step / 2, start(count) + (Double(count) - 0.5) * step]
    }
    func axis(_ name: String?, _ ends: [Double]) -> [(key: String, value: PlotValue)] {
      let label = name.map { "\($0) (\(unit))" } ?? unit
      let common: [(key: String, value: PlotValue)] = [
        ("range", .list(ends.map(PlotValue.number))), ("showgrid", false), ("zeroline", false),
        ("constrain", "domain"), ("nticks", 6),
      ]
      guard !isSmall else {
        return common + [("showticklabels", false), ("ticks", ""), ("showline", false)]
      }
      return common + [
        ("title", ["text": .text(LinePlot.plainText(label)), "standoff": 4]),
        ("ticks", "outside"), ("ticklen", 4),
      ]
    }
    let across = axis(axes?.horizontal, range(shape.columns))
    var down = axis(axes?.vertical, range(shape.rows).reversed())
    down += [("scaleanchor", "x"), ("scaleratio", 1)]
    return [
      "xaxis": .object(across), "yaxis": .object(down),
      "plot_bgcolor": .text(background.hexadecimal),
      "margin": isSmall
        ? ["l": 4, "r": 4, "t": 4, "b": 4] : ["l": 58, "r": 10, "t": 6, "b": 48],
      "showlegend": false,
      "shapes": .list(scaleBar.map { [$0.shape] } ?? []),
      "annotations": .list(scaleBar.map { [$0.label] } ?? []),
    ]
  }

  /// A white bar in the lower left corner, with its length above it.
  private var scaleBar: (shape: PlotValue, label: PlotValue)? {
    guard let pixelSize else { return nil }
    let bar = ScaleBar(columns: shape.columns, pixelSize: pixelSize)
    let length = bar.imagePixels * step
    let (width, height) = (Double(shape.columns) * step, Double(shape.rows) * step)
    let left = start(shape.columns) - step / 2 + 0.05 * width
    let bottom = start(shape.rows) - step / 2 + height - 0.05 * width
    return (
      [
        "type": "rect", "xref": "x", "yref": "y", "x0": .number(left), "x1": .number(left + length),
        "y0": .number(bottom), "y1": .number(bottom - 0.018 * width), "fillcolor": "#ffffff",
        "line": ["color": "#000000", "width": 1],
      ],
      [
        "xref": "x", "yref": "y", "x": .number(left), "xshift": -1,
        "y": .number(bottom - 0.022 * width), "text": .text("<b>\(bar.label)</b>"),
        "showarrow": false, "xanchor": "left", "yanchor": "bottom",
        "font": ["size": 13, "color": "#ffffff", "shadow": "0 0 3px #000, 0 0 2px #000"],
      ]
    )
  }

  /// Rows over columns.
  var ratio: Double { Double(shape.rows) / Double(max(shape.columns, 1)) }
}

extension Raster {
  /// The pixels as a PNG in a data address; empty where there are none.
  ///
  /// - Parameter title: What an error calls the picture.
  /// - Returns: The address.
  /// - Throws: `PictureError` where they cannot be encoded.
  func address(of title: String) throws(PictureError) -> String {
    guard shape.count > 0 else { return "" }
    let canvas = Canvas(width: shape.columns, height: shape.rows)
    canvas.draw(self, at: Point(x: 0, y: 0), magnifiedBy: 1)
    let bytes = try canvas.png(for: title)
    return "data:image/png;base64,\(Data(bytes).base64EncodedString())"
  }
}

extension Image {
  /// Means over squares of pixels, so that no side has more than so many; NaN counts for nothing.
  func reduced(toSide most: Int) -> (image: Image, block: Int) {
    let block = max(1, (max(shape.rows, shape.columns) + most - 1) / most)
    guard block > 1 else { return (self, 1) }
    let small = Shape2D(
      rows: max(1, shape.rows / block),
      columns: max(1, shape.columns / block)
    )
    var means = Image(shape: small, filledWith: .nan)
    for row in 0..<small.rows {
      for column in 0..<small.columns {
        var (sum, count) = (0.0, 0)
        for i in row * block..<min((row + 1) * block, shape.rows) {
          for j in column * block..<min((column + 1) * block, shape.columns) {
            let value = self[i, j]
            guard !value.isNaN else { continue }
            sum += Double(value)
            count += 1
          }
        }
        if count > 0 { means[row, column] = Float(sum / Double(count)) }
      }
    }
    return (means, block)
  }
}
