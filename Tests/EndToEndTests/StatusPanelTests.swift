// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Testing
import WireFormat
import tiltfold

/// The status of several lines, and how it replaces itself.
@Suite struct StatusPanelTests {
  private func header() -> PreviewHeader {
    var header = PreviewHeader(sequence: 7)
    header.scan = "NS_181126011_ccdframes_0_0"
    header.tilt = TiltAngle(degrees: -43.5)
    header.tiltIndex = 5
    header.energy = PhotonEnergy(electronVolts: 708.2)
    header.frameCount = 137
    header.text = ["state": "acquiring", "recording": "recording"]
    header.quality = [
      "scan_frames_expected": 225, "frames_per_second": 146.2, "scans_started": 11,
      "tilt_count": 24, "energy_count": 2, "latency_stxm_recent_p99_ms": 71.6,
      "latency_frame_p99_ms": 8.8,
      "frames_lost": 0, "recorder_queue_depth": 1, "intake_queue_depth": 2, "scans_unfinished": 3,
      "recorded_bytes": 3.64e9, "disk_free_bytes": 8.12e11, "data_error": 0.0434, "iteration": 61,
      "projections_folded": 10, "state_of_charge": 0.43, "fsc_half_period_m_0": 1.12e-8,
      "fsc_half_period_m_1": 1.19e-8, "beam_per_second": 2.1e8, "elapsed_s": 135,
      "remaining_s": 492,
    ]
    return header
  }

  @Test func aWideTerminalShowsEverything() {
    let lines = StatusPanel(header(), lastEvent: "WARNING: the beam changed").lines(columns: 200)
    #expect(
      lines == [
        "acquiring | scan 11/48 | tilt 6/24 -43.5 deg | 708.2 eV | 8:12 left | 2:15 so far | "
          + "NS_181126011_ccdframes_0_0",
        "[##################............] frame 137/225 | 146/s | map within 72 ms | cleaned within 9 ms",
        "lost 0 | waiting: 1 to record, 2 to clean, 3 scans in work | recorded 3.6 GB | disk 812 GB free",
        "data error 0.043 | iteration 61 | projections folded 10 | state of charge 43 % | FSC 11.2, 11.9 nm half period | "
          + "beam 2.1e+08/s",
        "last: WARNING: the beam changed",
      ]
    )
  }

  /// With an instrument a late map is told as it is; where the source waits, what it waits for.
  @Test func framesThatWaitByChoiceAreNotTakenForAFault() {
    var late = header()
    late.quality["latency_stxm_recent_p99_ms"] = 3400
    let words = "frames wait for the computation, as configured"
    func line() -> String { StatusPanel(late).lines(columns: 400)[1] }
    #expect(line().contains("| map within 3400 ms |") && !line().contains(words))
    late.text["when_behind"] = "cut"
    #expect(line().contains("| map within 3400 ms |") && !line().contains(words))
    late.text["when_behind"] = "wait"
    #expect(line().contains("| \(words) | map within 3400 ms with the wait |"))
    late.quality["latency_stxm_recent_p99_ms"] = 72
    #expect(line().contains("| map within 72 ms |") && !line().contains(words))
  }

  /// What was late an hour ago says nothing of now.
  @Test func theMapIsJudgedByTheLastMinute() {
    var late = header()
    late.quality["latency_stxm_p99_ms"] = 3400
    late.quality["latency_stxm_recent_p99_ms"] = 70
    #expect(StatusPanel(late).lines(columns: 400)[1].contains("| map within 70 ms |"))
    late.quality["latency_stxm_recent_p99_ms"] = nil
    #expect(!StatusPanel(late).lines(columns: 400)[1].contains("map within"))
  }

  @Test func aRestAndWhatSomebodyLeftOutAreShown() {
    var resting = header()
    resting.text["reconstruction"] = "paused"
    resting.quality["tilts_left_out"] = 2
    resting.quality["messages_unrecorded"] = 214
    resting.quality["bytes_unrecorded"] = 5.128e8
    let panel = StatusPanel(resting)
    #expect(panel.lines(columns: 40)[0].hasPrefix("acquiring | PAUSED on request"))
    #expect(panel.lines(columns: 400)[2].contains("unrecorded 214 (513 MB)"))
    #expect(panel.lines(columns: 400)[3].contains("| tilts left out on request 2 |"))
    resting.text["recording"] = "off"
    let words = StatusPanel(resting).lines(columns: 400)[2]
    #expect(words.contains("not recorded | waiting: 2 to clean"))
    // All scans have come.
    resting.quality["remaining_s"] = 0
    #expect(StatusPanel(resting).lines(columns: 400)[0].contains("| all scans are in |"))
    resting.quality["tomogram_complete"] = 1
    #expect(StatusPanel(resting).lines(columns: 400)[0].contains("| tomogram complete |"))
  }

  /// A log has in one line what a terminal has in several, without the bar.
  @Test func aLogHasTheSameWordsInOneLine() {
    let lines = StatusPanel(header()).lines(columns: 400)
    let line = StatusPanel(header()).line
    let plain = [lines[0], lines[1].replacing(#/^\[.*\] /#, with: ""), lines[2], lines[3]]
    #expect(line == plain.joined(separator: " | "))
    var waiting = PreviewHeader(sequence: 0)
    waiting.text = ["state": "waiting", "recording": "failing"]
    waiting.quality["disk_free_bytes"] = 1e12
    #expect(StatusPanel(waiting).line == "waiting for the first frame ... | NOT RECORDING")
    waiting.text["source"] = "tcp://127.0.0.1:37013"
    #expect(
      StatusPanel(waiting).line.hasPrefix(
        "waiting for the first frame from tcp://127.0.0.1:37013 ..."
      )
    )
    // Whoever missed the start of a scan sees that frames come and find no place.
    waiting.quality["frames_received"] = 4000
    waiting.quality["frames_without_scan"] = 3936
    #expect(StatusPanel(waiting).line.contains("NO SCAN HAS STARTED, though 4000 frames came"))
    #expect(StatusPanel(waiting).line.hasSuffix("NOT RECORDING | without scan 3936"))
  }

  @Test(arguments: Array(1...40) + [60, 80, 100, 132])
  func noLineIsWiderThanTheTerminalAndNoFieldIsCut(columns: Int) {
    let panel = StatusPanel(header(), lastEvent: "WARNING: " + String(repeating: "x", count: 300))
    let whole = Set(panel.lines(columns: 400).flatMap { $0.components(" | ") })
    let lines = panel.lines(columns: columns)
    #expect(!lines.isEmpty)
    for line in lines {
      #expect(line.count <= columns, "\(line)")
      // Of a line's first field as much as fits is shown; all others are whole.
      for field in line.components(" | ").dropFirst() { #expect(whole.contains(field), "\(field)") }
    }
  }

  @Test func alarmsComeFirstOnANarrowTerminal() {
    var failing = header()
    failing.text["recording"] = "failing"
    failing.quality["errors"] = 2
    let lines = StatusPanel(failing, alarm: "NO STATUS FOR 9 s").lines(columns: 24)
    #expect(lines[0].hasPrefix("NO STATUS FOR 9 s"))
    #expect(lines.contains { $0.hasPrefix("NOT RECORDING") })
  }

  @Test func aLowTerminalShowsTheFirstLines() {
    let panel = StatusPanel(header(), lastEvent: "x")
    #expect(panel.lines(columns: 80, rows: 2) == Array(panel.lines(columns: 80).prefix(2)))
  }

  @Test func aRunThatHasNotBegunShowsNoZeros() {
    var waiting = PreviewHeader(sequence: 0)
    waiting.text["state"] = "waiting"
    let lines = StatusPanel(waiting).lines(columns: 80)
    #expect(lines.first == "waiting for the first frame ...")
    #expect(!lines.contains { $0.contains("frame 0") })
    // Nothing that came is no reason to fail.
    #expect(!StatusPanel(PreviewHeader(sequence: 0)).lines(columns: 80).isEmpty)
  }

  @Test func wordsFromElsewhereMoveNoCursor() {
    var hostile = header()
    hostile.scan = "a\u{1B}[2Jb\u{07}\u{9B}c\nd\u{202E}e\u{0301}"
    hostile.quality["frames_lost"] = .infinity
    hostile.quality["scans_started"] = 1e300
    let lines = StatusPanel(hostile, lastEvent: "\u{1B}]0;title\u{07}").lines(columns: 200)
    for scalar in lines.joined().unicodeScalars {
      #expect(scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value))
    }
    #expect(lines[0].contains("a?[2Jb??c d?e?"))
  }

  // MARK: - The block

  @Test(arguments: [10, 40, 200])
  func theBlockReplacesItselfBelowLinesThatStay(columns: Int) {
    var screen = TerminalScreen(columns: columns)
    var block = ScreenBlock()
    var stay: [String] = []
    for round in 0..<20 {
      let lines = (0...(round % 4)).map {
        "round \(round) line \($0) \(String(repeating: ".", count: 30))"
      }
      screen.take(block.draw(lines, columns: columns))
      if round.isMultiple(of: 3) {
        stay.append("event \(round)")
        screen.take(block.write("event \(round)", columns: columns))
      }
      let shown = lines.map { String($0.prefix(columns - 1)).replacing(#/ +$/#, with: "") }
      #expect(screen.lines == stay + shown)
      #expect(block.draw(lines, columns: columns).isEmpty)
    }
    screen.take(block.leave())
    screen.take("$ ")
    #expect(screen.lines.last == "$")
    #expect(screen.strange.isEmpty)
  }

  @Test func aBlockThatATerminalHasWrappedIsClearedWhole() {
    // Drawn 60 wide; the terminal becomes 20 wide and shows each line on three rows.
    var block = ScreenBlock()
    let lines = [String(repeating: "a", count: 59), String(repeating: "b", count: 59)]
    var narrow = TerminalScreen(columns: 20)
    narrow.take("stays\n" + block.draw(lines, columns: 60))
    #expect(narrow.lines.count == 7)
    narrow.take(block.draw(["c"], columns: 20))
    #expect(narrow.lines == ["stays", "c"])
  }
}

extension String {
  fileprivate func components(_ separator: String) -> [String] {
    split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }
}
