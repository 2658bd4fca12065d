// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A report as one page that needs nothing but itself: text, tables, and plots by Plotly, whose
/// library is part of the page (Docs/Decisions/0009-the-reports-plots-by-plotly.md).
public struct ReportPage: Sendable {
  /// What it is about.
  public var title: String
  /// What stands below the title: when, what, by which version.
  public var subtitle: String
  /// The sections.
  public var sections: [ReportSection]
  /// What stands at the very end.
  public var footer: String

  /// Makes a page.
  public init(title: String, subtitle: String, sections: [ReportSection], footer: String = "") {
    self.title = title
    self.subtitle = subtitle
    self.sections = sections
    self.footer = footer
  }

  /// Writes the page.
  ///
  /// - Parameters:
  ///   - path: The file; its folder must exist. It is replaced whole or not at all.
  ///   - plotly: The text of Plotly's library.
  /// - Throws: A `PictureError` that names the file and the reason.
  public func write(to path: String, plotly: String) throws(PictureError) {
    try writeWhole(Array(try html(plotly: plotly).utf8), to: path)
  }

  /// The page.
  ///
  /// Its content policy forbids the browser every request: what is on the page is in the file.
  ///
  /// - Parameter plotly: The text of Plotly's library.
  /// - Returns: The page's text, HTML.
  /// - Throws: A `PictureError` where a picture cannot be encoded.
  public func html(plotly: String) throws(PictureError) -> String {
    var writer = PageWriter()
    for section in sections { try writer.write(section) }
    let links = sections.map { section in
      "<a href=\"#\(section.id)\"\(section.isEmpty ? " class=\"none\"" : "")>"
        + "\(HTMLText.escaped(section.title))</a>"
    }
    let policy =
      "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
      + "img-src data: blob:; font-src data:"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="TiltFold">
      <title>\(HTMLText.escaped(title))</title>
      <style>\(PageStyle.text)</style>
      </head>
      <body>
      <header>
      <h1>\(HTMLText.escaped(title))</h1>
      <p class="subtitle">\(HTMLText.escaped(subtitle))</p>
      <button id="theme" type="button">dark</button>
      </header>
      <nav aria-label="sections">\(links.joined())</nav>
      <noscript><p class="missing">The plots need JavaScript, which this browser does not run here. \
      Nothing is loaded from elsewhere.</p></noscript>
      <main>
      \(writer.html)
      </main>
      <footer>\(HTMLText.escaped(footer))</footer>
      <script>\(Self.inline(plotly))</script>
      <script>\(PageScript.text)</script>
      </body>
      </html>

      """
  }

  /// A script that does not end the element that it stands in.
  private static func inline(_ script: String) -> String {
    script.replacingOccurrences(of: "</script", with: "<\\/script", options: .caseInsensitive)
      .replacingOccurrences(of: "<!--", with: "<\\!--")
  }
}
