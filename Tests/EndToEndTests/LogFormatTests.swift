// SPDX-License-Identifier: BSD-3-Clause

import DetectorSimulator
import Foundation
import LivePipeline
import TestSupport
import Testing
import tiltfold

/// Logs as JSON, one object a line.
@Suite(.serialized, .enabled(if: BuiltProgram.tiltfold != nil, "tiltfold is not built"))
struct LogFormatTests {
  private func lines(_ text: String) throws -> [LogLine] {
    try text.split(separator: "\n").map {
      try JSONDecoder().decode(LogLine.self, from: Data($0.utf8))
    }
  }

  @Test func aLineSaysWhenHowBadWhatAndWhere() throws {
    let line = LogLine(
      "warning",
      "a \"quoted\" word\nand a µ",
      scan: "NS_1",
      figures: ["good": 1, "bad": .nan],
      at: Date(timeIntervalSince1970: 1_777_777_777.25)
    )
    #expect(!line.text.contains("\n"))
    #expect(line.text.contains(#""time":"2026-05-03T03:09:37.250Z""#), "\(line.text)")
    let again = try #require(try lines(line.text).first)
    #expect(again.event == "a \"quoted\" word\nand a µ")
    #expect(again.scan == "NS_1" && again.level == "warning")
    #expect(again.figures == ["good": 1])
  }

  @Test func aReplayWritesNothingButObjects() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 1
    run.configuration.previews.isEnabled = false
    let live = try run.run()
    let outcome = try BuiltProgram.built().run(
      ["replay", live.recording, "--log-format", "json", "--results", live.folder.file("again")]
    )
    let lines = try lines(outcome.errors)
    #expect(lines.contains { $0.event == "status" && $0.figures != nil && $0.state != nil })
    #expect(lines.last?.event.hasPrefix("done in ") == true)
    #expect(lines.allSatisfy { ["info", "warning", "error"].contains($0.level) })
    #expect(outcome.output.isEmpty)
  }

  @Test func whatKeepsARunFromStartingIsAnObjectToo() throws {
    let folder = try TemporaryFolder()
    let outcome = try BuiltProgram.built().run(
      ["replay", folder.file("none.h5"), "--log-format", "json"]
    )
    #expect(outcome.code == 66)
    let lines = try lines(outcome.errors)
    #expect(lines.count == 1)
    #expect(lines.first?.level == "error")
    #expect(lines.first?.event.contains("none.h5") == true)
  }
}
