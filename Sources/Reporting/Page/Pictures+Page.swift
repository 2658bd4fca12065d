// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// The longest side of an image on a page, pixels; larger ones are averaged over squares.
private let longestSide = 400

extension ImagePicture {
  /// The image as a page shows it.
  func pagePanel(isSmall: Bool) -> PagePanel {
    let (small, block) = image.reduced(toSide: longestSide)
    let range = self.range.resolved(for: image)
    let place = ImagePanel(
      shape: small.shape,
      pixelSize: pixelSize.map { Length(meters: $0.meters * Double(block)) },
      axes: axes,
      isSmall: isSmall
    )
    let label = unit.isEmpty ? quantity : "%{z:.4~g} \(unit)"
    let value = unit.isEmpty ? "\(LinePlot.plainText(label)) %{z:.4~g}" : LinePlot.plainText(label)
    let trace: [(key: String, value: PlotValue)] =
      [
        ("type", "heatmap"),
        ("z", .floats(small.values, shape: [small.shape.rows, small.shape.columns])),
        ("colorscale", colorMap.colorscale), ("zmin", .number(range.lowerBound)),
        ("zmax", .number(range.upperBound)), ("showscale", false), ("hoverongaps", false),
        ("hovertemplate", "\(place.hover)<br>\(value)<extra></extra>"),
      ] + place.place
    return PagePanel(
      title: title,
      data: [.object(trace)],
      layout: place.layout(background: colorMap.missing),
      height: .ratio(place.ratio),
      legend: legend
    )
  }

  private var legend: [String] {
    guard case .colorBar(let bar) = panel.legend else { return [] }
    return [PageLegend.bar(bar)]
      + (panel.missing.map { [PageLegend.swatches([("no data", $0)])] } ?? [])
  }
}

extension ChemicalPicture {
  /// The map as a page shows it.
  func pagePanel(isSmall: Bool) throws(PictureError) -> PagePanel {
    let panel = self.panel
    let place = ImagePanel(
      shape: lithiated.shape,
      pixelSize: pixelSize,
      axes: axes,
      isSmall: isSmall
    )
    // An image has no values to point at: an invisible map of the composition has.
    let percent = zip(lithiated.values, delithiated.values).map { l, d -> Float in
      let iron = max(l, 0) + max(d, 0)
      return iron > 0.02 * Float(resolvedFullIron) ? 100 * max(l, 0) / iron : .nan
    }
    var legend: [String] = []
    if case .chemistry(let square) = panel.legend { legend = [PageLegend.chemistry(square)] }
    return try .raster(
      panel,
      place,
      values: percent,
      words: "LFP among the iron phosphate %{z:.0f} %",
      background: RGBColor(gray: 0),
      legend: legend
    )
  }
}

extension ColorPicture {
  /// The image as a page shows it.
  func pagePanel(isSmall: Bool) throws(PictureError) -> PagePanel {
    let missing = panel.missing.map { [PageLegend.swatches([("no data", $0)])] } ?? []
    return try .raster(
      panel,
      ImagePanel(shape: shape, pixelSize: pixelSize, axes: axes, isSmall: isSmall),
      background: Self.missing,
      legend: key.isEmpty ? missing : [PageLegend.swatches(key.map { ($0.name, $0.color) })]
    )
  }
}

extension PagePanel {
  /// Coloured pixels, with values for the pointer where there are any.
  fileprivate static func raster(
    _ panel: RasterPanel,
    _ place: ImagePanel,
    values: [Float] = [],
    words: String = "",
    background: RGBColor,
    legend: [String]
  ) throws(PictureError) -> PagePanel {
    let image: [(key: String, value: PlotValue)] =
      [
        ("type", "image"), ("source", .text(try panel.raster.address(of: panel.title))),
        ("hovertemplate", "\(place.hover)<extra></extra>"),
      ] + place.place
    var traces: [PlotValue] = [.object(values.isEmpty ? image : image + [("hoverinfo", "skip")])]
    if !values.isEmpty {
      traces.append(
        .object(
          [
            ("type", "heatmap"),
            ("z", .floats(values, shape: [place.shape.rows, place.shape.columns])),
            ("opacity", 0), ("showscale", false), ("hoverongaps", false),
            ("hovertemplate", "\(place.hover)<br>\(words)<extra></extra>"),
          ] + place.place
        )
      )
    }
    return PagePanel(
      title: panel.title,
      data: .list(traces),
      layout: place.layout(background: background),
      height: .ratio(place.ratio),
      legend: legend
    )
  }
}
