// SPDX-License-Identifier: BSD-3-Clause

/// One section of a report.
public struct ReportSection: Sendable {
  /// A part of a section.
  public enum Block: Sendable {
    /// Sentences.
    case text(String)
    /// What is not there, and how to get it.
    case missing(String)
    /// What a reader should know before believing the rest.
    case warning(String)
    /// A heading inside of the section.
    case heading(String)
    /// A table.
    case table(ReportTable)
    /// A figure.
    case figure(ReportFigure)
    /// Long text, word for word, folded away under its title.
    case folded(title: String, text: String)
  }

  /// The name that links use: "resolution".
  public var id: String
  /// The heading.
  public var title: String
  /// What stands in it, in order.
  public var blocks: [Block]

  /// Makes a section.
  public init(id: String, title: String, blocks: [Block] = []) {
    self.id = id
    self.title = title
    self.blocks = blocks
  }

  /// The figures in it.
  public var figures: [ReportFigure] {
    blocks.compactMap { block in
      if case .figure(let figure) = block { figure } else { nil }
    }
  }

  /// Whether nothing is in it but what is missing.
  public var isEmpty: Bool {
    blocks.allSatisfy { block in
      switch block {
      case .missing, .text: true
      default: false
      }
    }
  }
}

/// A table of a report.
public struct ReportTable: Sendable {
  /// One column.
  public struct Column: Sendable {
    /// What stands above it, with the unit.
    public var title: String
    /// Whether its cells are numbers, which stand to the right.
    public var isNumeric: Bool

    /// Makes a column.
    public init(_ title: String, isNumeric: Bool = true) {
      self.title = title
      self.isNumeric = isNumeric
    }
  }

  /// What it shows.
  public var caption: String
  /// The columns.
  public var columns: [Column]
  /// The cells, row after row; a row may be shorter.
  public var rows: [[String]]
  /// Whether only its first rows are seen until it is unfolded.
  public var isLong: Bool

  /// Makes a table.
  public init(caption: String = "", columns: [Column], rows: [[String]], isLong: Bool = false) {
    self.caption = caption
    self.columns = columns
    self.rows = rows
    self.isLong = isLong
  }
}

/// A figure of a report.
public struct ReportFigure: Sendable {
  /// What a figure shows.
  public enum Content: Sendable {
    /// Panels, which pictures in files show as well.
    case sheet(PictureSheet)
    /// Surfaces in space, which can be turned; only on the page.
    case surfaces(SurfaceScene)
  }

  /// Its name, and that of its files: "resolution".
  public var name: String
  /// Which figure of the paper it corresponds to: "figure 1b", empty for none.
  public var paper: String
  /// What stands below it.
  public var caption: String
  /// What somebody who does not see it should know.
  public var alternative: String
  /// What it shows.
  public var content: Content

  /// Makes a figure.
  public init(
    _ name: String,
    paper: String = "",
    caption: String,
    alternative: String,
    content: Content
  ) {
    self.name = name
    self.paper = paper
    self.caption = caption
    self.alternative = alternative
    self.content = content
  }
}
