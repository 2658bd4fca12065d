// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Foundation
import LivePipeline
import Logging

/// Runs a pipeline under the eyes of a person: log lines, a progress line, Ctrl-C, a closing word.
struct PipelineRun {
  let terminal = Terminal()
  let logger: Logger
  let isQuiet: Bool

  init(quiet: Bool) {
    isQuiet = quiet
    let terminal = terminal
    var logger = Logger(label: "tiltfold") { _ in TerminalLogHandler(terminal) }
    logger.logLevel = quiet ? .warning : .info
    self.logger = logger
  }

  /// Hands an event of the pipeline to the log.
  var onEvent: @Sendable (RunEvent) -> Void {
    { [logger] event in
      switch event.severity {
      case .info: logger.info("\(event)")
      case .warning: logger.warning("\(event)")
      case .error: logger.error("\(event)")
      }
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
    let watch = SignalWatch { [logger] in
      logger.warning("finishing the scan in hand and writing; once more leaves at once")
      pipeline.requestFinish()
    }
    let progress = startProgress(of: pipeline)
    defer {
      progress.cancel()
      terminal.finish()
      withExtendedLifetime(watch) {}
    }
    return try body(pipeline)
  }

  private func startProgress(of pipeline: Pipeline) -> Thread {
    let terminal = terminal
    let isQuiet = isQuiet
    // On a terminal the line keeps itself current; in a log one every ten seconds is enough.
    let pause = terminal.isInteractive ? 0.2 : 10
    let thread = Thread {
      var last = ""
      while !Thread.current.isCancelled {
        let text = ProgressLine.text(pipeline.status)
        if !isQuiet, text != last { terminal.show(text) }
        last = text
        Thread.sleep(forTimeInterval: pause)
      }
    }
    thread.name = "progress"
    thread.start()
    return thread
  }

  /// The closing word, and exit code 1 where not everything is there.
  func conclude(_ summary: RunSummary, results: String) throws {
    let counters = summary.counters
    let tilts = summary.tomograms.map { "\($0.tilts) tilts in \($0.name)" }
    let what =
      ["\(summary.scans.count) scans", "\(counters.used) frames used"] + tilts
      + ["lost \(summary.framesLost)"]
      + (counters.unrecorded > 0
        ? ["NOT RECORDED \(ProgressLine.unrecorded(counters))"] : [])
      + (counters.unread > 0 ? ["NOT READ BACK \(counters.unread)"] : [])
    if !isQuiet {
      terminal.write(
        "done in \(ProgressLine.duration(summary.elapsed)): " + what.joined(separator: ", ")
          + "; results in \(results)"
      )
    }
    if counters.unrecorded > 0, isQuiet {
      logger.error("\(ProgressLine.unrecorded(counters)) messages are in no recording")
    }
    if !summary.isWhole { throw ExitCode(1) }
  }
}
