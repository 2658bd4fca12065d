// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LivePipeline
import TestSupport
import Testing

/// A live run replaces nobody's results.
@Suite struct EarlierResultsTests {
  private let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  private func options(_ results: String) -> Pipeline.Options {
    var configuration = PipelineConfiguration()
    configuration.results.directory = results
    configuration.recording.enabled = true
    configuration.recording.path = "run.h5"
    return Pipeline.Options(configuration)
  }

  private func write(_ text: String, to name: String) throws {
    let file = URL(filePath: scratch.file(name))
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(),
      withIntermediateDirectories: true
    )
    try text.write(to: file, atomically: true, encoding: .utf8)
  }

  @Test func aFolderWithoutResultsIsTaken() throws {
    // One that is not there, one with other things in it, one of a run to which nothing came.
    var summary = RunSummary()
    try write("x", to: "notes/notes.txt")
    try write(
      String(decoding: JSONEncoder().encode(summary), as: UTF8.self),
      to: "empty/summary.json"
    )
    try write("x", to: "empty/configuration.yaml")
    for name in ["new", "notes", "empty"] {
      var options = options(scratch.file(name))
      let before = options
      #expect(options.spareEarlierResults() == nil)
      #expect(options == before, "\(name)")
    }
    summary.counters.messages = 1
    try write(
      String(decoding: JSONEncoder().encode(summary), as: UTF8.self),
      to: "empty/summary.json"
    )
    var later = options(scratch.file("empty"))
    #expect(later.spareEarlierResults() != nil)
  }

  @Test(arguments: ["summary.json", "tomogram.h5", "plates-tomogram.h5", "scans/a.cxi"])
  func aFolderWithResultsIsLeftAlone(file: String) throws {
    try write("not JSON", to: "run-17/\(file)")
    try write("x", to: "run-17-2/notes.txt")
    var options = options(scratch.file("run-17"))
    let told = options.spareEarlierResults()
    let event = try #require(told)
    #expect(options.results == scratch.file("run-17-3"))
    #expect(options.recording == scratch.file("run-17-3/run.h5"))
    #expect(event.severity == .warning && event.message.contains("run-17-3"))
    // A recording that lies elsewhere stays there.
    var elsewhere = self.options(scratch.file("run-17") + "/")
    elsewhere.recording = "/data/run.h5"
    _ = elsewhere.spareEarlierResults()
    #expect(elsewhere.results == scratch.file("run-17-3") && elsewhere.recording == "/data/run.h5")
    // One in the folder moves with it, however its path is written.
    var inside = self.options(scratch.file("run-17") + "/")
    inside.recording = scratch.file("notes/../run-17/deep/run.h5")
    _ = inside.spareEarlierResults()
    #expect(inside.recording == scratch.file("run-17-3/deep/run.h5"))
    // The working folder itself has a name.
    var here = self.options(scratch.file("run-17/."))
    _ = here.spareEarlierResults()
    #expect(here.results == scratch.file("run-17-3"))
    // What a run to which nothing came has left is taken again.
    try write("x", to: "run-17-3/configuration.yaml")
    var again = self.options(scratch.file("run-17"))
    _ = again.spareEarlierResults()
    #expect(again.results == scratch.file("run-17-3"))
    try write("x", to: "run-17-3/notes.txt")
    again = self.options(scratch.file("run-17"))
    _ = again.spareEarlierResults()
    #expect(again.results == scratch.file("run-17-4"))
  }
}
