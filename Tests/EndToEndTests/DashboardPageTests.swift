// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// Drives the dashboard's page in a headless Chromium: errors in the console, panels without data,
/// pictures that stay blank, verdicts that are not those of the run and buttons that do nothing are faults.
@Suite(
  .serialized,
  .enabled(
    if: Chromium.path != nil,
    "there is no Chromium to show the page in: apt-get install --yes chromium"
  )
)
struct DashboardPageTests {
  /// Made-up data, all buttons, and a server that goes away and comes back; a run in trouble, and one that
  /// has not begun.
  @Test(arguments: ["good", "trouble", "waiting"])
  func thePageShowsAndAsksForEverything(scenario: String) throws {
    let outcome = try PythonInterpreter.showPage(
      "drive.py",
      ["--mock", "--scenario", scenario, "--timeout", "120"]
    )
    #expect(outcome.code == 0, "\(outcome.said.suffix(3000))")
  }

  /// A page that is opened in the midst of a run.
  @Test func aLatePageOfASimulatedRunIsComplete() throws {
    let tests = try #require(Bundle.main.executableURL?.resolvingSymlinksInPath())
    let folder = tests.deletingLastPathComponent().path(percentEncoded: false)
    let arguments = ["--bin", folder, "--tilts", "10", "--folded", "4", "--timeout", "240"]
    let outcome = try PythonInterpreter.showPage("simulated_run.py", arguments)
    #expect(outcome.code == 0, "\(outcome.said.suffix(3000))")
  }

  /// Buttons and keys steer a real run, which acknowledges each request and tells of it by an event.
  ///
  /// It is recorded, 3 GB in the temporary folder, for else it would refuse to rest.
  @Test func thePageSteersASimulatedRun() throws {
    let tests = try #require(Bundle.main.executableURL?.resolvingSymlinksInPath())
    let folder = tests.deletingLastPathComponent().path(percentEncoded: false)
    let arguments = ["--bin", folder, "--folded", "4", "--timeout", "120", "--press"]
    let outcome = try PythonInterpreter.showPage("simulated_run.py", arguments)
    #expect(outcome.code == 0, "\(outcome.said.suffix(3000))")
  }
}
