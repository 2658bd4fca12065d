// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import LivePipeline

/// Writes the figures and numbers of results on one page.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes figures and numbers of a folder of results on one page.",
    discussion: """
      Takes the folder of a run (tiltfold live, tiltfold replay), or a tomogram (.h5), and writes one \
      page, report.html, which needs no network and no other file: slices, edges, resolution, polar \
      angles, chemical maps, surfaces that can be turned, particles, alignment, scans, events, \
      parameters. Every figure also goes into the folder report/ as PNG and SVG.

      The plots are drawn by Plotly, which the set-up fetches (.ci/plotly, called by make deps). It is \
      looked for at TILTFOLD_PLOTLY, else as tiltfold/plotly.min.js in XDG_DATA_HOME \
      (~/.local/share), then in XDG_DATA_DIRS (/usr/local/share, /usr/share).

      Examples:
        tiltfold report demo-results
        tiltfold report run-17 --output run-17.html --no-figures
        tiltfold report HAADF-tomogram.h5
      """
  )

  @Argument(help: "A folder of results, or a tomogram (.h5).")
  var results: String
  @Option(
    help: "The page; report.html in the folder, NAME-report.html beside a tomogram where not said."
  )
  var output: String?
  @Flag(help: "No PNG and SVG files of the figures.")
  var noFigures = false
  @Flag(help: "No progress.")
  var quiet = false

  func run() throws {
    try ExitStatus.explaining {
      // Before any work: without it there is no page.
      let plotly = try PlotlyLibrary()
      let report = try ResultsReport(results)
      let written = try Terminal.finishing(by: report.requestFinish) { terminal in
        try report.write(
          to: output ?? ResultsReport.defaultOutput(for: results),
          drawsFigures: !noFigures,
          plotly: plotly
        ) { step in
          if !quiet, let text = Self.text(step, isInteractive: terminal.isInteractive) {
            terminal.show(text)
          }
        }
      }
      for remark in written.remarks { Terminal().write(remark) }
      if !written.missing.isEmpty {
        print("without data: \(written.missing.joined(separator: ", "))")
      }
      let size = (Double(written.bytes) / 1e5).rounded() / 10
      print("page: \(written.page) (\(size) MB)")
      if let first = written.figures.first {
        let folder = first[..<(first.lastIndex(of: "/") ?? first.startIndex)]
        print("figures: \(written.figures.count) files in \(folder)")
      }
      guard written.isWhole else { throw ExitCode(1) }
    }
  }

  /// A step as a line; without a terminal only the end of each kind of work.
  private static func text(_ step: OfflineProgress, isInteractive: Bool) -> String? {
    switch step {
    case .remark(let remark): remark
    case .working(let work, let done, let all):
      isInteractive || done == all ? "\(work) | \(done)/\(all)" : nil
    }
  }
}
