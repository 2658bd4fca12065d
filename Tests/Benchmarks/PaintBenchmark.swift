// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport

/// How soon the dashboard shows something to a browser, beside a run on every core: `dashboard_paint_ms`.
///
/// Needs Chromium and python3.
func paintBenchmarks() -> [BenchmarkCase] {
  [BenchmarkCase(name: "dashboard_paint_ms", run: measurePaint)]
}

private func measurePaint() throws -> [BenchmarkResult] {
  guard Chromium.path != nil else {
    say("  there is no Chromium here: apt-get install --yes chromium")
    return []
  }
  let programs = (Bundle.main.executableURL ?? URL(filePath: ".")).resolvingSymlinksInPath()
    .deletingLastPathComponent()
  let (code, said) = try PythonInterpreter.showPage(
    "simulated_run.py",
    [
      "--bin", programs.path(percentEncoded: false), "--tilts", "8", "--folded", "4",
      "--timeout", "240", "--visits", "5",
    ]
  )
  let form =
    /first paint after (\d+) ms \(of ([\d, ]+)\), a message of each topic (-?\d+) ms after .* after (\d+) ms/
  guard code == 0, let match = said.firstMatch(of: form), let paint = Double(match.output.1),
    let complete = Double(match.output.3)
  else { throw PaintFailure(description: "the page was not seen: \(said.suffix(500))") }
  return [
    BenchmarkResult(
      name: "dashboard_paint_ms",
      value: paint,
      unit: "ms",
      detail:
        "from navigation to the first contentful paint in a browser that runs already, median of "
        + "\(match.output.2) ms, beside a simulated run on all cores; a message of each topic \(Int(complete)) ms after the "
        + "connection stood, all panels drawn after \(match.output.4) ms, by software rendering",
      atMost: 1000
    )
  ]
}

private struct PaintFailure: Error, CustomStringConvertible {
  let description: String
}
