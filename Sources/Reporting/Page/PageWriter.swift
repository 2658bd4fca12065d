// SPDX-License-Identifier: BSD-3-Clause

/// Writes sections as HTML and counts what has to have a name of its own.
struct PageWriter {
  private(set) var html = ""
  private var plots = 0
  private var figures = 0
  private var headings = 0

  mutating func write(_ section: ReportSection) throws(PictureError) {
    html += """
      <section id=\(HTMLText.attribute(section.id))>
      <h2><a href=\(HTMLText.attribute("#\(section.id)"))>\(HTMLText.escaped(section.title))</a></h2>

      """
    for block in section.blocks {
      switch block {
      case .text(let text): html += "<p>\(HTMLText.escaped(text))</p>\n"
      case .missing(let text): html += "<p class=\"missing\">\(HTMLText.escaped(text))</p>\n"
      case .warning(let text): html += "<p class=\"warning\">\(HTMLText.escaped(text))</p>\n"
      case .heading(let text):
        headings += 1
        let id = "\(section.id)-\(headings)"
        html += """
          <h3 id=\(HTMLText.attribute(id))><a href=\(HTMLText.attribute("#\(id)"))>\
          \(HTMLText.escaped(text))</a></h3>

          """
      case .table(let table): write(table)
      case .figure(let figure): try write(figure)
      case .folded(let title, let text):
        html += """
          <details><summary>\(HTMLText.escaped(title))</summary>
          <pre>\(HTMLText.escaped(text))</pre></details>

          """
      }
    }
    html += "</section>\n"
  }

  private mutating func write(_ table: ReportTable) {
    let head = table.columns.map { column in
      "<th scope=\"col\"\(column.isNumeric ? " class=\"number\"" : "")>"
        + "\(HTMLText.escaped(column.title))</th>"
    }
    let rows = table.rows.map { row in
      let cells = zip(row, table.columns).map { cell, column in
        "<td\(column.isNumeric ? " class=\"number\"" : "")>\(HTMLText.escaped(cell))</td>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    let body = """
      <div class="table"><table>\
      \(table.caption.isEmpty ? "" : "<caption>\(HTMLText.escaped(table.caption))</caption>")
      <thead><tr>\(head.joined())</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table></div>

      """
    guard table.isLong else {
      html += body
      return
    }
    let title = table.caption.isEmpty ? "table" : table.caption
    html += """
      <details><summary>\(HTMLText.escaped(title)) (\(table.rows.count) rows)</summary>
      \(body)</details>

      """
  }

  private mutating func write(_ figure: ReportFigure) throws(PictureError) {
    figures += 1
    let (panels, columns, shared) = try Self.panels(of: figure)
    html += "<figure id=\(HTMLText.attribute("figure-\(figure.name)"))>\n"
    html += "<div class=\"grid\" style=\"--columns:\(columns)\">\n"
    for (place, panel) in panels.enumerated() {
      let alternative =
        panels.count > 1 && !panel.title.isEmpty
        ? "\(panel.title). \(figure.alternative)" : figure.alternative
      write(panel, alternative, name: figure.name, place: place, showsLegend: shared.isEmpty)
    }
    html += "</div>\n"
    if !shared.isEmpty { html += "<div class=\"legend\">\(shared)</div>\n" }
    let paper =
      figure.paper.isEmpty
      ? "" : " <span class=\"paper\">\(HTMLText.escaped(figure.paper))</span>"
    html += """
      <figcaption><b>Figure \(figures).</b> \(HTMLText.escaped(figure.caption))\(paper)</figcaption>
      </figure>

      """
  }

  private mutating func write(
    _ panel: PagePanel,
    _ alternative: String,
    name: String,
    place: Int,
    showsLegend: Bool
  ) {
    plots += 1
    let id = "plot-\(plots)"
    let size =
      switch panel.height {
      case .fixed(let pixels): "data-height=\"\(pixels)\""
      case .ratio(let ratio): "data-ratio=\"\(ratio)\""
      }
    let title =
      panel.title.isEmpty ? "" : "<div class=\"title\">\(HTMLText.escaped(panel.title))</div>"
    html += """
      <div class="panel\(panel.isWide ? " wide" : "")">\(title)
      <div class="plot" id="\(id)" role="img" aria-label=\(HTMLText.attribute(alternative)) \(size) \
      data-name=\(HTMLText.attribute("\(name)-\(place + 1)"))></div>
      <script type="application/json" data-for="\(id)">\(panel.specification.json)</script>
      \(showsLegend && !panel.legend.isEmpty
          ? "<div class=\"legend\">\(panel.legend.joined())</div>" : "")
      </div>

      """
  }

  /// A figure's panels, how many stand side by side, and the legend that all have in common.
  private static func panels(
    of figure: ReportFigure
  ) throws(PictureError) -> (panels: [PagePanel], columns: Int, shared: String) {
    switch figure.content {
    case .surfaces(let scene):
      return ([scene.pagePanel], 1, "")
    case .sheet(let sheet):
      let columns = min(max(sheet.columns, 1), max(sheet.panels.count, 1))
      let isSmall = columns > 3
      let panels = try sheet.panels.map { panel throws(PictureError) in
        switch panel {
        case .image(let picture): picture.pagePanel(isSmall: isSmall)
        case .chemistry(let picture): try picture.pagePanel(isSmall: isSmall)
        case .color(let picture): try picture.pagePanel(isSmall: isSmall)
        case .plot(let plot): plot.pagePanel
        }
      }
      // One legend for all where they differ at most in whether there is a pixel without data.
      let isShared = panels.count > 1 && Set(panels.map { $0.legend.first ?? "" }).count == 1
      var parts: [String] = []
      for part in panels.flatMap(\.legend) where !parts.contains(part) { parts.append(part) }
      return (panels, columns, isShared ? parts.joined() : "")
    }
  }
}
