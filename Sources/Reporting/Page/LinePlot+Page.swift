// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Imaging

extension LinePlot {
  /// The plot as a page shows it.
  var pagePanel: PagePanel {
    var traces: [PlotValue] = []
    var shapes: [PlotValue] = []
    if let backdrop { traces.append(backdrop.trace(horizontal, vertical)) }
    var next = 0
    for curve in curves {
      if curve.color == nil { next += 1 }
      let color = curve.color.map(\.hexadecimal) ?? "--c\((next - 1) % 6 + 1)"
      traces.append(trace(curve, color: color))
    }
    for band in bands {
      let edges = [band.range.lowerBound, band.range.upperBound]
      shapes.append([
        "type": "rect", "layer": "below", "xref": "x", "yref": "paper", "x0": .number(edges[0]),
        "x1": .number(edges[1]), "y0": 0, "y1": 1, "line": ["width": 0],
        "fillcolor": .text(band.color.hexadecimal), "opacity": .number(Band.strength),
      ])
    }
    // The words apart from the tint, which is nearly clear.
    for band in bands {
      shapes.append([
        "type": "rect", "xref": "x", "yref": "paper", "x0": .number(band.range.lowerBound),
        "x1": .number(band.range.upperBound), "y0": 0, "y1": 1, "line": ["width": 0],
        "label": [
          "text": .text(band.label), "textposition": "top left", "padding": 5,
          "font": ["size": 12, "color": "--ink"],
        ],
      ])
    }
    for threshold in thresholds {
      shapes.append([
        "type": "line", "xref": "paper", "yref": "y", "x0": 0, "x1": 1,
        "y0": .number(threshold.value), "y1": .number(threshold.value),
        "line": ["color": "--muted", "width": 1.3, "dash": "dash"],
        "label": [
          "text": .text(threshold.label), "textposition": "end", "yanchor": "bottom",
          "font": ["size": 12, "color": "--muted"],
        ],
      ])
    }
    for marker in markers {
      shapes.append([
        "type": "line", "xref": "x", "yref": "paper", "x0": .number(marker.value),
        "x1": .number(marker.value), "y0": 0, "y1": 1,
        "line": ["color": "--muted", "width": 1.3, "dash": "dot"],
        "label": [
          "text": .text(marker.label), "textposition": "end", "textangle": 0, "padding": 5,
          "xanchor": "left", "yanchor": "top", "font": ["size": 12, "color": "--ink"],
        ],
      ])
    }
    let isStacked = curves.contains { !$0.base.isEmpty }
    var layout: [(key: String, value: PlotValue)] = [
      ("xaxis", axis(horizontal, isUpright: false)), ("yaxis", axis(vertical, isUpright: true)),
      ("shapes", .list(shapes)), ("bargap", 0.04), ("barmode", isStacked ? "stack" : "overlay"),
      ("margin", ["l": 70, "r": 16, "t": 12, "b": 56]),
      (
        "legend",
        [
          "orientation": "h", "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom",
          "font": ["size": 12],
        ]
      ),
      ("hovermode", backdrop == nil ? "x unified" : "closest"),
    ]
    if curves.allSatisfy({ $0.hasDots }) || backdrop != nil {
      layout.append(("hoverlabel", ["namelength": -1]))
    }
    return PagePanel(
      title: title,
      data: .list(traces),
      layout: .object(layout),
      height: .fixed(backdrop == nil ? 380 : 470)
    )
  }

  private func trace(_ curve: Curve, color: String) -> PlotValue {
    var trace: [(key: String, value: PlotValue)] = [
      ("name", .text(curve.label)), ("showlegend", .flag(!curve.label.isEmpty)),
      ("x", .doubles(curve.x)), ("y", .doubles(curve.y)),
    ]
    let unit = vertical.unit.isEmpty ? "" : " \(vertical.unit)"
    let name = curve.label.isEmpty ? "" : "\(Self.plainText(curve.label)): "
    trace.append(("hovertemplate", "\(name)%{y:.4~g}\(unit)<extra></extra>"))
    if !curve.errors.isEmpty {
      trace.append(
        (
          "error_y",
          [
            "type": "data", "array": .doubles(curve.errors), "thickness": 1.3, "width": 4,
            "color": .text(curve.style == .bars ? "--ink" : color),
          ]
        )
      )
    }
    switch curve.style {
    case .bars:
      trace += [
        ("type", "bar"),
        (
          "marker",
          [
            "color": .text(color), "opacity": 0.6,
            // Few bars are told apart by a line between them.
            "line": ["width": .number(curve.x.count < 40 ? 1 : 0), "color": "--paper"],
          ]
        ),
        ("width", .number(curve.spacing)),
      ]
    case .points:
      trace += [
        ("type", "scatter"), ("mode", "markers"),
        ("marker", ["color": .text(color), "size": 7, "opacity": 0.85]),
      ]
    case .dots:
      trace += [
        ("type", "scatter"), ("mode", "lines+markers"),
        ("line", ["color": .text(color), "width": 2]),
        ("marker", ["color": .text(color), "size": 5.5]),
      ]
    case .line, .dashes:
      let dash: PlotValue = curve.style == .dashes ? "dash" : "solid"
      trace += [
        ("type", "scatter"), ("mode", "lines"),
        ("line", ["color": .text(color), "width": 2, "dash": dash]),
      ]
    }
    return .object(trace)
  }

  private func axis(_ axis: Axis, isUpright: Bool) -> PlotValue {
    let label = axis.unit.isEmpty ? axis.quantity : "\(axis.quantity) (\(axis.unit))"
    var value: [(key: String, value: PlotValue)] = [
      ("title", ["text": .text(Self.plainText(label)), "standoff": 10]),
      ("automargin", true),
    ]
    if axis.isLogarithmic {
      value += [("type", "log"), ("exponentformat", "power"), ("dtick", 1)]
    } else {
      value += [("exponentformat", "power"), ("minexponent", 5)]
    }
    // The same room that pictures leave.
    let range = isUpright ? shownVerticalRange : shownHorizontalRange
    let ends = [range.lowerBound, range.upperBound].map { axis.isLogarithmic ? log10($0) : $0 }
    value.append(("range", .list(ends.map(PlotValue.number))))
    return .object(value)
  }

  /// Text in which Plotly takes nothing for one of its few tags.
  static func plainText(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}

extension LinePlot.Backdrop {
  fileprivate func trace(_ across: LinePlot.Axis, _ upwards: LinePlot.Axis) -> PlotValue {
    let shape = image.shape
    let step = (
      x: (horizontal.upperBound - horizontal.lowerBound) / Double(shape.columns),
      y: (vertical.upperBound - vertical.lowerBound) / Double(shape.rows)
    )
    let values = image.values.map { value -> Float in
      guard isLogarithmic else { return value }
      return value > 0 ? Float(log10(Double(value))) : .nan
    }
    let bar = colorBar
    let ticks = bar.ticks(about: 5)
    func place(_ value: Double) -> Double { isLogarithmic ? log10(value) : value }
    let label = unit.isEmpty ? quantity : "\(quantity) (\(unit))"
    let shown = isLogarithmic ? "%{customdata:.4~g}" : "%{z:.4~g}"
    func words(_ axis: LinePlot.Axis) -> String {
      LinePlot.plainText(axis.quantity)
    }
    return [
      "type": "heatmap",
      "z": .floats(values, shape: [shape.rows, shape.columns]),
      "customdata": .floats(image.values, shape: [shape.rows, shape.columns]),
      "x0": .number(horizontal.lowerBound + step.x / 2), "dx": .number(step.x),
      "y0": .number(vertical.lowerBound + step.y / 2), "dy": .number(step.y),
      "colorscale": colorMap.colorscale,
      "zmin": .number(place(range.lowerBound)), "zmax": .number(place(range.upperBound)),
      "hoverongaps": false,
      "hovertemplate":
        "\(words(across)) %{x:.3~g} \(across.unit)<br>\(words(upwards)) %{y:.3~g} \(upwards.unit)<br>\(shown) \(unit)<extra></extra>",
      "colorbar": [
        "title": ["text": .text(LinePlot.plainText(label)), "side": "right"],
        "thickness": 14, "outlinewidth": 0,
        "tickvals": .list(ticks.values.map { .number(place($0)) }),
        "ticktext": .list(ticks.labels.map { .text($0) }),
      ],
    ]
  }
}
