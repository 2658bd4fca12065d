// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Dispatch
import Foundation
import LivePipeline
import Logging
import Synchronization
import WireFormat

/// Runs a pipeline under the eyes of a person: log lines, a status, Ctrl-C, a closing word.
struct PipelineRun {
  let terminal = Terminal()
  let logger: Logger
  let isQuiet: Bool
  let format: LogFormat
  private let last = LastEvent()

  init(quiet: Bool, format: LogFormat) {
    isQuiet = quiet
    self.format = format
    let terminal = terminal
    var logger = Logger(label: "tiltfold") { _ in
      switch format {
      case .text: TerminalLogHandler(terminal)
      case .json: JSONLogHandler(terminal)
      }
    }
    logger.logLevel = quiet ? .warning : .info
    self.logger = logger
  }

  /// Hands an event of the pipeline to the log.
  var onEvent: @Sendable (RunEvent) -> Void {
    { [logger, last] event in
      last.event.withLock { $0 = event }
      let level: Logger.Level =
        switch event.severity {
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
      logger.log(
        level: level,
        "\(event.message)",
        metadata: event.scan.map { ["scan": .string($0)] }
      )
    }
  }

  /// Runs to the end.
  ///
  /// - Parameters:
  ///   - pipeline: What is to run.
  ///   - body: How it is to run.
  /// - Returns: What it came to.
  /// - Throws: What keeps it from starting.
  func callAsFunction(
    _ pipeline: Pipeline,
    _ body: (Pipeline) throws -> RunSummary = { try $0.run() }
  ) throws -> RunSummary {
    let lastWords =
      "tiltfold: left at once; what was in work is not in the results. A recording has every frame: "
      + "replay it, or go on with live --resume"
    let watch = SignalWatch(lastWords: lastWords) { [logger] in
      // Whoever pressed the key sees that it was heard.
      logger.log(
        level: logger.logLevel,
        "finishing the scan in hand and writing; once more leaves at once"
      )
      pipeline.requestFinish()
    }
    let endProgress = startProgress(of: pipeline)
    defer {
      endProgress()
      terminal.finish()
      withExtendedLifetime(watch) {}
    }
    return try body(pipeline)
  }

  /// Shows how the run stands until the answer is called, which waits for the last time.
  private func startProgress(of pipeline: Pipeline) -> () -> Void {
    guard !isQuiet else { return {} }
    // On a terminal it keeps itself current; in a log a line every ten seconds is enough.
    let pause = terminal.isInteractive && format == .text ? 0.2 : 10
    let isEnding = DispatchSemaphore(value: 0)
    let hasEnded = DispatchSemaphore(value: 0)
    let (terminal, format, last) = (terminal, format, last)
    let thread = Thread {
      var shown = ""
      while true {
        Self.show(pipeline.status, &shown, on: terminal, format, last.words)
        if isEnding.wait(timeout: .now() + pause) == .success { break }
      }
      if terminal.isInteractive {
        Self.show(pipeline.status, &shown, on: terminal, format, last.words)
      }
      hasEnded.signal()
    }
    thread.name = "progress"
    thread.start()
    return {
      isEnding.signal()
      hasEnded.wait()
    }
  }

  private static func show(
    _ status: RunStatus,
    _ shown: inout String,
    on terminal: Terminal,
    _ format: LogFormat,
    _ lastEvent: String?
  ) {
    switch format {
    case .json:
      let header = PreviewMessage(status: status).header
      let line = LogLine(
        "info",
        "status",
        scan: header.scan,
        state: header.text["state"],
        reconstruction: header.text["reconstruction"],
        figures: header.quality
      )
      terminal.write(line.text)
    case .text where terminal.isInteractive:
      let panel = StatusPanel(PreviewMessage(status: status).header, lastEvent: lastEvent)
      terminal.show { panel.lines(columns: $0, rows: $1) }
    case .text:
      let text = StatusPanel(PreviewMessage(status: status).header).line
      if text != shown { terminal.show(text) }
      shown = text
    }
  }

  private final class LastEvent: Sendable {
    let event = Mutex<RunEvent?>(nil)
    /// "WARNING: scan NAME: message".
    var words: String? {
      event.withLock { $0 }.map { event in
        event.severity == .info ? "\(event)" : "\(event.severity.rawValue.uppercased()): \(event)"
      }
    }
  }

  /// The closing word, and exit code 1 where not everything is there.
  func conclude(_ summary: RunSummary, results: String) throws {
    let counters = summary.counters
    let tilts = summary.tomograms.map {
      "\($0.tilts) tilt\($0.tilts == 1 ? "" : "s") in \($0.name)"
    }
    let what =
      ["\(summary.scans.count) scans", "\(counters.used) frames used"] + tilts
      + ["lost \(summary.framesLost)"]
      + (counters.unrecorded > 0
        ? ["NOT RECORDED \(ProgressLine.unrecorded(counters))"] : [])
      + (counters.unread > 0 ? ["NOT READ BACK \(counters.unread)"] : [])
    let words =
      "done in \(ProgressLine.duration(summary.elapsed)): " + what.joined(separator: ", ")
      + "; results in \(results)"
    switch format {
    case .json: logger.log(level: summary.isWhole ? .info : .warning, "\(words)")
    case .text: if !isQuiet { terminal.write(words) }
    }
    if counters.unrecorded > 0, isQuiet {
      logger.error("\(ProgressLine.unrecorded(counters)) messages are in no recording")
    }
    guard !summary.isWhole else { return }
    let why = "not all is there: \(summary.shortcomings.joined(separator: ", ")) (exit code 1)"
    switch format {
    case .json: logger.log(level: .warning, "\(why)")
    case .text: terminal.write(why)
    }
    throw ExitCode(1)
  }
}
