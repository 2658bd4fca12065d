// SPDX-License-Identifier: BSD-3-Clause

import DetectorSimulator
import Foundation
import LivePipeline
import TestSupport
import Testing

/// `tiltfold report`, on a small run and in a real browser.
@Suite struct ReportCommandTests {
  let scratch: TemporaryFolder
  let tiltfold: BuiltProgram

  init() throws {
    scratch = try TemporaryFolder()
    tiltfold = try #require(BuiltProgram.tiltfold, "tiltfold was not built beside the tests")
  }

  /// Where the set-up puts Plotly; nil where it could not be fetched.
  private static var plotly: String? {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["XDG_DATA_HOME"] ?? "\(environment["HOME"] ?? "")/.local/share"
    let places = [environment["TILTFOLD_PLOTLY"], "\(home)/tiltfold/plotly.min.js"]
    return places.compactMap(\.self).first { FileManager.default.fileExists(atPath: $0) }
  }

  /// Runs the browser without a window; what it prints on both outputs.
  private func browse(_ browser: String, _ arguments: [String]) throws -> (
    page: String, log: String
  ) {
    let process = Process()
    process.executableURL = URL(filePath: browser)
    process.arguments =
      [
        "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars",
        "--enable-unsafe-swiftshader", "--enable-logging=stderr", "--v=0",
        "--user-data-dir=\(scratch.file("browser"))", "--window-size=1300,6000",
        "--virtual-time-budget=60000", "--run-all-compositor-stages-before-draw",
      ] + arguments
    let (output, errors) = (scratch.file("page.txt"), scratch.file("log.txt"))
    for path in [output, errors] { try Data().write(to: URL(filePath: path)) }
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
    try process.run()
    process.waitUntilExit()
    return (
      try String(contentsOfFile: output, encoding: .utf8),
      try String(contentsOfFile: errors, encoding: .utf8)
    )
  }

  @Test func aRunBecomesAPageThatABrowserShowsWhole() throws {
    guard Self.plotly != nil else {
      print("skipped: Plotly is not here; .ci/plotly fetches it")
      return
    }
    var run = SimulatedRun()
    run.parameters.tiltCount = 9
    let outcome = try run.run()
    let page = scratch.file("report.html")
    let written = try tiltfold("report", outcome.results, "--output", page)
    #expect(written.code == 0, "\(written.errors)")
    let text = try String(contentsOfFile: page, encoding: .utf8)
    #expect(text.utf8.count < 25_000_000)
    let plots = text.matches(of: /<div class="plot" id="(plot-[0-9]+)"/).map {
      String($0.output.1)
    }
    #expect(plots.count > 15, "\(plots.count) plots")
    // State of charge: the page, the summary and the truth of the phantom speak of one sample.
    let charge = try #require(outcome.summary.tomograms.first?.stateOfCharge)
    #expect(text.contains(String(format: ">%.1f ± ", 100 * charge)), "\(charge)")
    let figures = try FileManager.default.contentsOfDirectory(atPath: scratch.file("report"))
    #expect(figures.contains("slices.png") && figures.contains("polar-angle.svg"))

    guard let browser = Chromium.path else {
      print("not shown: there is no Chromium to show the page in (apt-get install chromium)")
      return
    }
    let address = URL(filePath: page).absoluteString
    let (shown, log) = try browse(browser, ["--dump-dom", address])
    // What the browser says of its own speed is no complaint about the page.
    let complaints = log.split(separator: "\n").filter { line in
      line.contains("CONSOLE") && !line.contains("GL Driver Message")
        && !line.contains("willReadFrequently")
    }
    #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n").prefix(2000))")
    let root = try #require(shown.firstMatch(of: /<html[^>]*>/)?.output)
    #expect(root.contains("data-plots=\"\(plots.count)\""), "\(root)")
    #expect(root.contains("data-drawn=\"\(plots.count)\""), "\(root)")
    #expect(root.contains("data-failed=\"0\""), "\(root)")
    // None is blank: between its place and the next there are traces.
    for (place, plot) in plots.enumerated() {
      let start = try #require(shown.range(of: "id=\"\(plot)\""))
      let end =
        place + 1 < plots.count
        ? shown.range(of: "id=\"\(plots[place + 1])\"")?.lowerBound ?? shown.endIndex
        : shown.endIndex
      let body = shown[start.upperBound..<end]
      let hasTraces =
        body.contains("class=\"trace ") || body.contains("<image") || body.contains("<canvas")
      #expect(hasTraces, "\(plot) is blank")
    }
  }

  @Test func aMissingLibraryIsSaidBeforeAnyWork() throws {
    let outcome = try tiltfold.run(
      ["report", scratch.path],
      limit: "export TILTFOLD_PLOTLY=/nowhere/plotly.min.js"
    )
    #expect(outcome.code == 66)
    #expect(outcome.errors.contains(".ci/plotly"), "\(outcome.errors)")
  }
}
