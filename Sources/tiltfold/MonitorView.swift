// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LivePipeline
import WireFormat

/// What a person who watches a run from elsewhere sees of it.
struct MonitorView {
  /// The last status; nil before any.
  private(set) var status: PreviewHeader?
  private let endpoint: String
  private let format: LogFormat
  private let terminal = Terminal()
  private var lastEvent: String?
  private var lastStatus = ContinuousClock.now
  private var lastEventNumber = -1
  private var nextLine = ContinuousClock.now
  private var hasToldEnd = false

  init(endpoint: String, format: LogFormat) {
    self.endpoint = endpoint
    self.format = format
  }

  /// Seconds since the last status came, or since the beginning.
  var silentSeconds: Double { (ContinuousClock.now - lastStatus) / .seconds(1) }

  /// Whether the run has ended.
  var isDone: Bool { status?.text["state"] == "done" }

  /// Says what is waited for.
  func begin() {
    switch format {
    case .json: terminal.write(LogLine("info", "listening at \(endpoint)").text)
    case .text: terminal.show("waiting for \(endpoint) ...")
    }
  }

  /// Takes a message.
  mutating func take(_ message: PreviewMessage) {
    switch message.topic {
    case .status:
      status = message.header
      lastStatus = .now
      refresh()
    case .event: take(event: message.header)
    default: break
    }
  }

  /// Shows anew how things stand.
  mutating func refresh() {
    guard let status else { return }
    if format == .text, terminal.isInteractive {
      let silence = silentSeconds
      let alarm = silence > 3 ? "NO STATUS FOR \(Int(silence)) s" : nil
      let panel = StatusPanel(status, lastEvent: lastEvent, alarm: alarm)
      terminal.show { panel.lines(columns: $0, rows: $1) }
      return
    }
    // The end at once, and once.
    let isNewEnd = isDone && !hasToldEnd
    hasToldEnd = isDone
    guard isNewEnd || (!isDone && ContinuousClock.now >= nextLine) else { return }
    nextLine = .now + .seconds(10)
    switch format {
    case .json:
      let line = LogLine(
        "info",
        "status",
        scan: status.scan,
        state: status.text["state"],
        reconstruction: status.text["reconstruction"],
        figures: status.quality
      )
      terminal.write(line.text)
    case .text:
      terminal.write(StatusPanel(status).line)
    }
  }

  /// Leaves what is shown where it stands.
  func finish() { terminal.finish() }

  /// Words about the end of the watching in the form that was asked for.
  func lost(_ words: String) -> String {
    format == .json ? LogLine("error", words).text : "tiltfold: \(words)"
  }

  private mutating func take(event header: PreviewHeader) {
    // A newcomer's last event is sent to all again, with its old number.
    guard header.sequence != lastEventNumber else { return }
    lastEventNumber = header.sequence
    let severity = header.text["severity"] ?? "info"
    let message = header.text["message"] ?? ""
    // When it happened: whoever comes late is told of what has passed.
    let date = header.timestamp.map { Date(timeIntervalSince1970: Double($0) * 1e-9) } ?? Date()
    switch format {
    case .json:
      terminal.write(LogLine(severity, message, scan: header.scan, at: date).text)
    case .text:
      let mark = severity == "info" ? "" : "\(severity.uppercased()): "
      let words = mark + (header.scan.map { "scan \($0): " } ?? "") + message
      lastEvent = words
      let time = date.formatted(
        .dateTime.hour(.twoDigits(amPM: .omitted)).minute(.twoDigits).second(.twoDigits)
      )
      terminal.write("\(time) \(FittedLine.plain(words))")
    }
  }
}
