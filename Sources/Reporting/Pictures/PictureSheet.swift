// SPDX-License-Identifier: BSD-3-Clause

/// Several panels in one file, row after row.
public struct PictureSheet: Sendable {
  /// One panel of a sheet.
  public enum Panel: Sendable {
    /// An image in the colours of a map.
    case image(ImagePicture)
    /// A chemical map.
    case chemistry(ChemicalPicture)
    /// An image of given colours.
    case color(ColorPicture)
    /// Curves.
    case plot(LinePlot)
  }

  /// What is written above all panels.
  public var title: String
  /// The panels, row after row.
  public var panels: [Panel]
  /// How many panels stand side by side, at most.
  public var columns: Int

  /// Makes a sheet of panels.
  public init(title: String = "", panels: [Panel], columns: Int = 3) {
    self.title = title
    self.panels = panels
    self.columns = columns
  }

  /// Draws the sheet.
  ///
  /// - Parameter path: The file that an error names.
  /// - Returns: The bytes of a PNG file.
  /// - Throws: A `PictureError` where there is nothing to draw or too much.
  func png(for path: String) throws(PictureError) -> [UInt8] {
    let layout = try layout(for: path)
    let canvas = Canvas(width: Int(layout.size.width), height: Int(layout.size.height))
    draw(on: canvas, by: layout)
    return try canvas.png(for: path)
  }

  /// Draws the sheet into an SVG file: lines and letters as outlines, images pixel by pixel.
  ///
  /// - Parameters:
  ///   - file: The file that is written.
  ///   - path: The file that an error names.
  /// - Throws: A `PictureError` where there is nothing to draw, or it cannot be written.
  func drawSVG(into file: String, for path: String) throws(PictureError) {
    let layout = try layout(for: path)
    let canvas = Canvas(svg: file, width: layout.size.width, height: layout.size.height)
    draw(on: canvas, by: layout)
    try canvas.finishSVG(for: path)
  }

  private func layout(for path: String) throws(PictureError) -> SheetLayout {
    guard !panels.isEmpty else {
      throw PictureError(path: path, reason: "there is nothing to draw")
    }
    return SheetLayout(self)
  }

  private func draw(on canvas: borrowing Canvas, by layout: SheetLayout) {
    let style = layout.style
    if !title.isEmpty {
      canvas.write(
        title,
        at: Point(x: layout.size.width / 2, y: style.padding + style.sheetTitleSize / 2),
        size: style.sheetTitleSize,
        anchor: .middle,
        bold: true,
        within: layout.size.width - 2 * style.padding
      )
    }
    for (content, frame) in zip(layout.contents, layout.frames) {
      content.draw(on: canvas, in: frame, style: style)
    }
  }
}

/// What fills one panel of a sheet.
protocol PanelContent {
  /// The length that text and lines should be measured in, pixels.
  var unit: Double { get }
  /// The room that is needed, pixels.
  func extent(style: PictureStyle, measuredOn canvas: borrowing Canvas) -> Extent
  /// Draws into a frame that is at least as large as the extent.
  func draw(on canvas: borrowing Canvas, in frame: Rectangle, style: PictureStyle)
}

extension PictureSheet.Panel {
  var content: any PanelContent {
    switch self {
    case .image(let picture): picture.panel
    case .chemistry(let picture): picture.panel
    case .color(let picture): picture.panel
    case .plot(let plot): plot
    }
  }
}

/// Where the panels of a sheet lie.
private struct SheetLayout {
  private(set) var frames: [Rectangle] = []
  private(set) var size: Extent
  let contents: [any PanelContent]
  let style: PictureStyle

  init(_ sheet: PictureSheet) {
    let contents = sheet.panels.map(\.content)
    let style = PictureStyle(unit: contents.map(\.unit).max() ?? 1)
    (self.contents, self.style) = (contents, style)
    let canvas = Canvas(width: 1, height: 1)
    let extents = contents.map { $0.extent(style: style, measuredOn: canvas) }
    let columns = min(max(sheet.columns, 1), contents.count)
    let rows = (contents.count + columns - 1) / columns
    let widths = (0..<columns).map { column in
      stride(from: column, to: contents.count, by: columns).map { extents[$0].width }.max() ?? 0
    }
    let heights = (0..<rows).map { row in
      extents[row * columns..<min((row + 1) * columns, contents.count)].map(\.height).max() ?? 0
    }
    let titleHeight = sheet.title.isEmpty ? 0 : style.sheetTitleSize + style.padding
    let gap = style.padding
    // Panels stand further from one another than from the edge.
    let between = 2 * gap
    for i in contents.indices {
      let (row, column) = (i / columns, i % columns)
      frames.append(
        Rectangle(
          x: (gap + widths[..<column].reduce(0) { $0 + $1 + between }).rounded(),
          y: (gap + titleHeight + heights[..<row].reduce(0) { $0 + $1 + gap }).rounded(),
          width: widths[column],
          height: heights[row]
        )
      )
    }
    size = Extent(
      width: (widths.reduce(2 * gap - between) { $0 + $1 + between }).rounded(.up),
      height: (heights.reduce(gap + titleHeight) { $0 + $1 + gap }).rounded(.up)
    )
  }
}
