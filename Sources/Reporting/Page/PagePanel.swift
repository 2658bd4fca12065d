// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// One plot on a page, as Plotly draws it.
struct PagePanel {
  /// How high a plot is.
  enum Height {
    /// So many pixels.
    case fixed(Int)
    /// Its width times this, besides the margins: images keep their shape.
    case ratio(Double)
  }

  /// What stands above it.
  var title: String
  /// The traces, a list.
  var data: PlotValue
  /// The layout.
  var layout: PlotValue
  var height: Height
  /// What explains its colours, as pieces of HTML; empty for nothing.
  var legend: [String] = []
  /// Whether it takes the room of two.
  var isWide = false

  /// Everything that Plotly is told.
  var specification: PlotValue { ["data": data, "layout": layout] }

  /// What all plots have in common: colours and letters of the page.
  static let font: PlotValue = ["family": "--font", "size": 13, "color": "--ink"]
}

extension RGBColor {
  /// The colour as style sheets have it: "#rrggbb".
  var hexadecimal: String {
    let digits = String(word, radix: 16)
    return "#" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }
}

extension ColorMap {
  /// The colours as Plotly takes them, from 0 to 1.
  var colorscale: PlotValue {
    let stops = 24
    return .list(
      (0...stops).map { stop in
        let place = Double(stop) / Double(stops)
        return [.number(place), .text(color(at: place).hexadecimal)]
      }
    )
  }

  /// The colours as a style sheet's gradient, to the right.
  var gradient: String {
    let stops = (0...24).map { color(at: Double($0) / 24).hexadecimal }
    return "linear-gradient(to right,\(stops.joined(separator: ",")))"
  }
}
