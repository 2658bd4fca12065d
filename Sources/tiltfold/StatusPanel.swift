// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import LivePipeline
package import WireFormat

/// How a run stands, in a few lines that fit a terminal of any width.
///
/// It is made of the message `status`, so that the run itself and a machine that watches it show
/// the same.
package struct StatusPanel {
  /// The message's header.
  package var status: PreviewHeader
  /// The last event, in words.
  package var lastEvent: String?
  /// Something to be said before all else.
  package var alarm: String?

  /// Takes a status.
  package init(_ status: PreviewHeader, lastEvent: String? = nil, alarm: String? = nil) {
    self.status = status
    self.lastEvent = lastEvent
    self.alarm = alarm
  }

  /// The lines.
  ///
  /// - Parameters:
  ///   - columns: Their width at most.
  ///   - rows: Their number at most.
  /// - Returns: The lines, the most important ones where not all have room.
  package func lines(columns: Int, rows: Int = .max) -> [String] {
    var all = [FittedLine.text([alarm ?? ""] + place, columns: columns)]
    if isUnderWay { all.append(framesWithBar(columns)) }
    all.append(FittedLine.text(health, columns: columns))
    if isUnderWay { all.append(FittedLine.text(results, columns: columns)) }
    if let lastEvent { all.append(FittedLine.text(["last: \(lastEvent)"], columns: columns)) }
    return Array(all.filter { !$0.isEmpty }.prefix(rows))
  }

  /// Everything in one line, for a log.
  package var line: String {
    guard isUnderWay else {
      let alarm = (isFailing ? ["NOT RECORDING"] : []) + faults
      return FittedLine.plain((place + alarm).joined(separator: " | "))
    }
    return FittedLine.plain((place + frames + health + results).joined(separator: " | "))
  }

  // MARK: - Lines

  private var isFailing: Bool { status.text["recording"] == "failing" }
  private var isUnderWay: Bool { !["preparing", "waiting"].contains(state) }

  private var state: String { status.text["state"] ?? "no state" }

  /// What is done, and where in the series.
  private var place: [String] {
    switch state {
    case "preparing": return ["planning transforms ..."]
    case "waiting":
      guard let came = number("frames_received"), came > 0 else {
        return [
          "waiting for the first frame" + (status.text["source"].map { " from \($0)" } ?? "")
            + " ..."
        ]
      }
      return [
        "NO SCAN HAS STARTED, though \(Self.count(came)) frame\(came == 1 ? "" : "s") came",
        String(format: "%.0f/s", number("frames_per_second") ?? 0),
      ]
    default: break
    }
    var fields = [state]
    if status.text["reconstruction"] == "paused" { fields.append("PAUSED on request") }
    let all = number("tilt_count").flatMap { tilts in
      number("energy_count").map { "/\(Self.count(tilts * $0))" }
    }
    fields.append("scan \(Self.count(number("scans_started") ?? 0))\(all ?? "")")
    if let tilt = status.tilt {
      let place = status.tiltIndex.map { "tilt \($0 + 1)" } ?? "tilt"
      let count = number("tilt_count").map { "/\(Self.count($0))" } ?? ""
      fields.append(place + count + String(format: " %+.1f deg", tilt.degrees))
    }
    if let energy = status.energy { fields.append(String(format: "%.1f eV", energy.electronVolts)) }
    if let left = number("remaining_s"), state != "done" {
      fields.append(
        left > 0
          ? "\(ProgressLine.duration(left)) left"
          : (number("tomogram_complete") ?? 0 > 0 ? "tomogram complete" : "all scans are in")
      )
    }
    if let elapsed = number("elapsed_s") {
      fields.append("\(ProgressLine.duration(elapsed)) so far")
    }
    if let scan = status.scan { fields.append(scan) }
    return fields
  }

  private var framesDone: Double { Double(status.frameCount ?? 0) }
  private var framesExpected: Double { number("scan_frames_expected") ?? 0 }

  /// The scan's frames, the rate and how fresh the map is.
  private var frames: [String] {
    let (done, expected) = (framesDone, framesExpected)
    var fields = ["frame \(Self.count(done))" + (expected > 0 ? "/\(Self.count(expected))" : "")]
    fields.append(String(format: "%.0f/s", number("frames_per_second") ?? 0))
    // Of the last minute: what has passed long ago says nothing of now.
    if let latency = number("latency_stxm_recent_p99_ms") {
      let time = String(format: "map within %.0f ms", latency)
      let isBusy = ["recorder_queue_depth", "intake_queue_depth", "scans_unfinished"]
        .contains { number($0) ?? 0 > 0 }
      let waits =
        status.text["when_behind"] == WhenBehind.wait.rawValue && latency > 1000 && isBusy
      fields +=
        waits
        ? ["frames wait for the computation, as configured", "\(time) with the wait"] : [time]
    }
    if let latency = number("latency_frame_p99_ms") {
      fields.append("cleaned within \(String(format: "%.0f", latency)) ms")
    }
    return fields
  }

  /// The same behind a bar of the scan, where there is room for one.
  private func framesWithBar(_ columns: Int) -> String {
    let (fields, expected) = (frames, framesExpected)
    let room = min(
      30,
      columns - FittedLine.text(Array(fields.prefix(2)), columns: columns).count - 3
    )
    guard expected > 0, room >= 6 else { return FittedLine.text(fields, columns: columns) }
    let filled = Int((Double(room) * min(1, max(0, framesDone / expected))).rounded(.down))
    let bar =
      "[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: room - filled))] "
    return bar + FittedLine.text(fields, columns: columns - bar.count)
  }

  /// Losses and what may lead to some.
  private var health: [String] {
    var fields: [String] = []
    if isFailing { fields.append("NOT RECORDING") }
    fields.append("lost \(Self.count(number("frames_lost") ?? 0))")
    fields += faults
    let isRecorded = status.text["recording"] != "off"
    fields.append(
      (isRecorded ? "" : "not recorded | ") + "waiting: "
        + (isRecorded ? "\(Self.count(number("recorder_queue_depth") ?? 0)) to record, " : "")
        + "\(Self.count(number("intake_queue_depth") ?? 0)) to clean, "
        + "\(Self.count(number("scans_unfinished") ?? 0)) scans in work"
    )
    if let left = number("messages_to_take_up"), left > 0 {
      fields.append("\(Self.count(left)) of the run before to take up")
    }
    if let bytes = number("recorded_bytes"), bytes > 0 {
      fields.append("recorded \(Self.bytes(bytes))")
    }
    if let bytes = number("disk_free_bytes") { fields.append("disk \(Self.bytes(bytes)) free") }
    return fields
  }

  /// What has gone wrong, where it has, and what came of scans that somebody had ended.
  private var faults: [String] {
    Self.faults.compactMap { name, word in
      guard let count = number(name), count > 0 else { return nil }
      let bytes = name == "messages_unrecorded" ? number("bytes_unrecorded") : nil
      return "\(word) \(Self.count(count))" + (bytes.map { " (\(Self.bytes($0)))" } ?? "")
    }
  }

  /// What has come of it so far.
  private var results: [String] {
    var fields: [String] = []
    if let error = number("data_error") { fields.append(String(format: "data error %.3f", error)) }
    if let iteration = number("iteration"), iteration > 0 {
      fields.append("iteration \(Self.count(iteration))")
    }
    fields.append("projections folded \(Self.count(number("projections_folded") ?? 0))")
    if let held = number("projections_held_back"), held > 0 {
      fields.append("held back \(Self.count(held))")
    }
    if let tilts = number("tilts_left_out"), tilts > 0 {
      fields.append("tilts left out on request \(Self.count(tilts))")
    }
    if let charge = number("state_of_charge") {
      fields.append(String(format: "state of charge %.0f %%", 100 * charge))
    }
    let shells = (0..<8).compactMap { number("fsc_half_period_m_\($0)") }
    if !shells.isEmpty {
      fields.append(
        "FSC " + shells.map { String(format: "%.1f", $0 * 1e9) }.joined(separator: ", ")
          + " nm half period"
          + (number("fsc_tilts").map { " of \(Self.count($0)) tilts" } ?? "")
      )
    }
    if let ring = number("frc_half_period_m") {
      fields.append(String(format: "FRC %.1f nm half period", ring * 1e9))
    }
    if let beam = number("beam_per_second") { fields.append(String(format: "beam %.3g/s", beam)) }
    return fields
  }

  private func number(_ name: String) -> Double? {
    status.quality[name].flatMap { $0.isFinite ? $0 : nil }
  }

  /// Faults that are shown where they occurred, the worst first.
  private static let faults = [
    ("errors", "errors"), ("messages_unrecorded", "unrecorded"), ("messages_unread", "unread"),
    ("messages_malformed", "malformed"), ("frames_unusable", "unusable"),
    ("frames_without_scan", "without scan"), ("frames_without_position", "without position"),
    ("frames_after_end", "frames of ended scans"),
  ]

  /// "12".
  static func count(_ value: Double) -> String { "\(Int(value.clamped))" }

  /// "12.3 GB".
  static func bytes(_ value: Double) -> String {
    switch value {
    case ..<1e9: String(format: "%.0f MB", value * 1e-6)
    case ..<1e11: String(format: "%.1f GB", value * 1e-9)
    case ..<1e12: String(format: "%.0f GB", value * 1e-9)
    default: String(format: "%.1f TB", value * 1e-12)
    }
  }
}

extension Double {
  /// The nearest number that surely is a whole one of 64 bit when its part behind the point is cut.
  fileprivate var clamped: Double { Swift.min(Swift.max(self, -1e15), 1e15) }
}
