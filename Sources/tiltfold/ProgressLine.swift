// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LivePipeline

/// A run's status as one line.
struct ProgressLine {
  /// The line: scan, tilt, energy, frames, rate, queues, losses, error, what is done, time left.
  static func text(_ status: RunStatus) -> String {
    switch status.state {
    case .preparing: return "planning transforms ..."
    case .waiting:
      return "waiting for the first frame ..."
        + (status.recording == .failing ? " | NOT RECORDING" : "")
    case .acquiring, .finishing, .done: break
    }
    var parts: [String] = []
    let all = status.tiltCount.flatMap { tilts in status.energyCount.map { tilts * $0 } }
    parts.append("scan \(status.scansStarted)" + (all.map { "/\($0)" } ?? ""))
    if let tilt = status.tiltDegrees {
      let place = status.tiltIndex.map { "tilt \($0 + 1)" } ?? "tilt"
      let count = status.tiltCount.map { "/\($0)" } ?? ""
      parts.append(place + count + String(format: " %+.1f deg", tilt))
    }
    if let energy = status.energy { parts.append(String(format: "%.1f eV", energy)) }
    let expected = status.scanExpected > 0 ? "/\(status.scanExpected)" : ""
    parts.append("frame \(status.scanFrames)\(expected)")
    parts.append(String(format: "%.0f/s", status.framesPerSecond))
    parts.append(
      "queues \(status.recorderDepth)+\(status.intakeDepth + status.intakeBehind)"
        + "+\(status.unfinishedScans)"
    )
    parts.append("lost \(status.counters.lost)")
    if status.isPaused { parts.append("PAUSED") }
    if let latency = status.latency.shownPercentile99 {
      parts += map(within: latency, waitsByChoice: status.whenBehind == .wait)
    }
    if status.recording == .failing { parts.append("NOT RECORDING") }
    if status.counters.unread > 0 { parts.append("unread \(status.counters.unread)") }
    if status.counters.unrecorded > 0 { parts.append("unrecorded \(unrecorded(status.counters))") }
    if status.dataError.isFinite { parts.append(String(format: "error %.3f", status.dataError)) }
    parts.append("folded \(status.projectionsFolded)")
    if let charge = status.stateOfCharge {
      parts.append(String(format: "charged %.0f %%", 100 * charge))
    }
    if let left = status.secondsLeft { parts.append("\(duration(left)) left") }
    return parts.joined(separator: " | ")
  }

  /// "map within 72 ms"; where frames must have waited, and do so by choice, that this is so.
  static func map(within milliseconds: Double, waitsByChoice: Bool) -> [String] {
    let time = String(format: "map within %.0f ms", milliseconds)
    guard waitsByChoice, milliseconds > 1000 else { return [time] }
    return ["frames wait for the computation, as configured", "\(time) with the wait"]
  }

  /// "12 (28.8 MB)".
  static func unrecorded(_ counters: StreamCounters) -> String {
    "\(counters.unrecorded) (\(String(format: "%.1f", Double(counters.unrecordedBytes) * 1e-6)) MB)"
  }

  /// "1:05" or "2:03:10".
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e7).rounded())
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, whole % 60)
      : String(format: "%d:%02d", minutes, whole % 60)
  }
}
