// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LivePipeline
import TestSupport
import Testing
import WireFormat

@Suite struct RunHealthTests {
  private func health(_ change: (inout RunStatus) -> Void) -> RunHealth {
    var status = RunStatus()
    status.state = .acquiring
    status.recording = .recording
    status.diskFree = 1_000_000_000_000
    change(&status)
    return RunHealth(PreviewMessage(status: status).header)
  }

  @Test func aRunThatLostNothingIsHealthy() {
    #expect(health { _ in }.isHealthy)
    // What nobody knows is no problem.
    #expect(health { $0.diskFree = nil }.isHealthy)
    // What somebody asked for is none, either.
    #expect(health { $0.counters.afterEnd = 20 }.isHealthy)
    #expect(health { $0.tiltsLeftOut = 3 }.isHealthy)
    #expect(health { $0.isPaused = true }.isHealthy)
    // A pause between scans; what has come is in work; somebody lets it rest.
    #expect(health { $0.silence = 60 }.isHealthy)
    #expect(health { ($0.silence, $0.intakeDepth) = (600, 3) }.isHealthy)
    #expect(health { ($0.silence, $0.unfinishedScans) = (600, 1) }.isHealthy)
    #expect(health { ($0.silence, $0.isPaused) = (600, true) }.isHealthy)
    #expect(health { ($0.silence, $0.state) = (600, .done) }.isHealthy)
    #expect(health { $0.beamChange = 0.7 }.isHealthy)
    #expect(health { $0.state = .waiting }.isHealthy)
    // A sidecar file and darks come before any scan.
    #expect(health { ($0.state, $0.counters.messages) = (.waiting, 30) }.isHealthy)
    // The sample is changed.
    #expect(
      health { status in
        Self.takeAllScans(&status)
        status.silence = 900
        status.isTomogramComplete = true
      }.isHealthy
    )
  }

  /// Both scans of a tomogram.
  private static func takeAllScans(_ status: inout RunStatus) {
    (status.scansStarted, status.tiltCount, status.energyCount) = (2, 1, 2)
    for (count, end) in [(1, 10.0), (2, 20)] { status.noteScans(ofTomogram: count, at: end) }
    status.elapsed = 200
  }

  @Test func eachFaultIsToldWithItsNumberAndWhatToDo() {
    let faults: [(String, (inout RunStatus) -> Void)] = [
      ("NOTHING IS RECORDED", { $0.recording = .failing }),
      ("1.5 GB left", { $0.diskFree = 1_500_000_000 }),
      ("3 frames did not come", { $0.counters.missingFrames = 3 }),
      ("4 messages are in no recording", { $0.counters.unrecorded = 4 }),
      ("5 messages could not be read", { $0.counters.malformed = 5 }),
      ("6 projections are held back", { $0.projectionsHeldBack = 6 }),
      ("7 errors were told", { $0.errors = 7 }),
      ("1 error was told: the disk", { ($0.errors, $0.lastError) = (1, "the disk is full") }),
      (
        "announced scans are in",
        { status in
          Self.takeAllScans(&status)
          status.silence = 150
        }
      ),
      ("no frame has come for 150 s", { $0.silence = 150 }),
      ("the beam has 27 % of what it had", { $0.beamChange = 0.27 }),
      ("no scan has started", { ($0.state, $0.counters.exposures) = (.waiting, 9) }),
    ]
    for (words, change) in faults {
      let health = health(change)
      #expect(!health.isHealthy)
      #expect(health.problems.count == 1)
      #expect(health.problems.first?.contains(words) == true, "\(health.problems)")
    }
  }

  /// A summary of a version that did not count something can still be read.
  @Test func whatAnEarlierVersionDidNotCountIsZero() throws {
    let text = #"{"frames_received": 7, "frames_used": 5}"#
    let counters = try JSONDecoder().decode(StreamCounters.self, from: Data(text.utf8))
    #expect(counters.exposures == 7 && counters.used == 5 && counters.afterEnd == 0)
    var all = StreamCounters()
    (all.messages, all.afterEnd, all.unread, all.strayMarks) = (9, 8, 7, 6)
    let again = try JSONDecoder().decode(StreamCounters.self, from: JSONEncoder().encode(all))
    #expect(again == all)
    // Every count is read back.
    let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(all))
    let names = try #require(object as? [String: Int]).keys
    let full = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0 + 1) })
    let read = try JSONDecoder().decode(StreamCounters.self, from: JSONEncoder().encode(full))
    let written = try JSONSerialization.jsonObject(with: JSONEncoder().encode(read))
    #expect(written as? [String: Int] == full)
  }

  /// Progress is that of the tomogram: a second one does not begin full.
  @Test func timeLeftIsThatOfTheTomogramThatIsMeasured() throws {
    var status = RunStatus()
    func measure(_ tomogram: String, from start: Double, scans: Int, until end: Double = 0) {
      status.noteStart(ofTomogram: tomogram, at: start)
      (status.tiltCount, status.energyCount) = (24, 2)
      status.noteScans(ofTomogram: scans, at: end)
    }
    measure("first", from: 0, scans: 12, until: 120)
    status.scansStarted = 12
    status.elapsed = 120
    #expect(status.secondsLeft == 360)
    // A source that falls silent makes it no longer.
    status.elapsed = 125
    #expect(status.secondsLeft == 355)
    status.elapsed = 500
    #expect(status.secondsLeft == 350)
    status.noteScans(ofTomogram: 47, at: 470)
    // The last scan is late, and all are not in.
    #expect(status.secondsLeft == 1)
    status.noteScans(ofTomogram: 48, at: 500)
    #expect(status.secondsLeft == 0)
    // Hours pass; then the next one begins.
    measure("second", from: 10_000, scans: 0)
    #expect(status.secondsLeft == nil)
    #expect(status.tomogramScansFinished == 0)
    measure("second", from: 10_020, scans: 4, until: 10_040)
    status.elapsed = 10_040
    #expect(status.secondsLeft == 440)
    let header = PreviewMessage(status: status).header
    #expect(header.tomogram == "second" && header.quality["tomogram_scans_finished"] == 4)
  }

  /// Another scan of a tomogram that is complete does not make it incomplete; another tomogram does.
  @Test func aTomogramIsCompleteUntilAnotherOneBegins() {
    var status = RunStatus()
    let isFirst = status.noteStart(ofTomogram: "plates", at: 0)
    status.scansStarted = 1
    status.isTomogramComplete = true
    let isSame = !status.noteStart(ofTomogram: "plates", at: 50)
    #expect(isFirst && isSame && status.isTomogramComplete)
    let isOther = status.noteStart(ofTomogram: "needles", at: 60)
    #expect(isOther && !status.isTomogramComplete)
  }

  /// Frames that wait by choice take their time, and nothing is wrong; the message says which it is.
  @Test func statusSaysWhetherFramesWaitByChoice() {
    var status = RunStatus()
    for choice in WhenBehind.allCases {
      status.whenBehind = choice
      #expect(PreviewMessage(status: status).header.text["when_behind"] == choice.rawValue)
    }
  }

  @Test func statusSaysWhatTheWirePromises() {
    var status = RunStatus()
    status.latency.shownMedian = 30
    status.latency.shownPercentile90 = 60
    status.latency.shownPercentile99 = 70
    status.latency.cleanedPercentile99 = 8
    status.diskFree = 5
    status.beamPerSecond = 2e8
    status.tiltCount = 158
    status.energyCount = 2
    let quality = PreviewMessage(status: status).header.quality
    let expected: [String: Double] = [
      "latency_stxm_p50_ms": 30, "latency_stxm_p90_ms": 60, "latency_stxm_p99_ms": 70,
      "latency_frame_p99_ms": 8, "disk_free_bytes": 5, "beam_per_second": 2e8, "tilt_count": 158,
      "energy_count": 2, "errors": 0,
    ]
    for (key, value) in expected { #expect(quality[key] == value, "\(key)") }
    let unknown = PreviewMessage(status: RunStatus()).header.quality
    for key in expected.keys where key != "errors" { #expect(unknown[key] == nil, "\(key)") }
  }
}
