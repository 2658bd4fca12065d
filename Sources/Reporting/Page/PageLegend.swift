// SPDX-License-Identifier: BSD-3-Clause

/// What explains the colours of an image on a page, as HTML.
enum PageLegend {
  /// A bar with the values of its colours.
  static func bar(_ bar: ColorBar) -> String {
    let ticks = AxisTicks(linear: bar.range, about: 5)
    let marks = zip(ticks.values, ticks.labels).map { value, label in
      let percent = 100 * bar.fraction(of: value)
      return "<span style=\"left:\(tenths(percent))%\">\(HTMLText.escaped(label))</span>"
    }.joined()
    let label = ticks.label(bar.quantity, unit: bar.unit)
    return """
      <div class="bar"><span class="bar-label">\(HTMLText.escaped(label))</span>\
      <div><div class="bar-colors" style="background:\(bar.colorMap.gradient)"></div>\
      <div class="bar-ticks">\(marks)</div></div></div>
      """
  }

  /// The square of a chemical map: composition to the right, iron upwards.
  static func chemistry(_ legend: ChemicalLegend) -> String {
    let stops = (0...12).map { step in
      ChemicalPicture.color(composition: Double(step) / 12).hexadecimal
    }
    let label = legend.unit.isEmpty ? legend.quantity : "\(legend.quantity) (\(legend.unit))"
    let full = AxisTicks.plain((legend.fullIron * 100).rounded() / 100)
    return """
      <div class="square"><div class="square-y"><span>\(full)</span>\
      <span class="square-label">\(HTMLText.escaped(label))</span><span>0</span></div>\
      <div class="square-colors" style="background:linear-gradient(to top,#000,transparent),\
      linear-gradient(to right,\(stops.joined(separator: ",")))"></div>\
      <div class="square-x"><span>0</span><span>50</span><span>100 %</span></div>\
      <div class="square-ends"><b class="fp">FePO₄ (FP)</b><b class="lfp">LiFePO₄ (LFP)</b></div>\
      <div class="square-name">LFP among the iron phosphate</div></div>
      """
  }

  /// Colours with their names.
  static func swatches(_ entries: [(name: String, color: RGBColor)]) -> String {
    let items = entries.map { name, color in
      "<span><i style=\"background:\(color.hexadecimal)\"></i>\(HTMLText.escaped(name))</span>"
    }
    return "<div class=\"swatches\">\(items.joined())</div>"
  }

  private static func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
