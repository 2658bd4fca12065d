// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Foundation
import LivePipeline
import Synchronization
import WireFormat

/// Watches a run, from whatever machine.
struct MonitorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "monitor",
    abstract: "Watches a live run, here or on another machine, until it is done.",
    discussion: """
      Shows what the live process itself shows: how the run stands, and every event. It only listens;
      any number may. Ctrl-C leaves. The exit code is 0 where all was well at the last, 1 where
      something was wrong, 69 where nobody answered, or nothing more came.

      Examples:
        tiltfold monitor
        tiltfold monitor beamline-7
        tiltfold monitor beamline-7 --keep-waiting --log-format json
      """
  )

  @Argument(help: "The machine, HOST or HOST:PORT; this one where not said.")
  var host: String?
  @OptionGroup var place: PreviewPlace
  @Option(help: "Seconds without a status after which it ends.")
  var wait = 15.0
  @Flag(help: "Wait for a run, and after one for the next, until Ctrl-C.")
  var keepWaiting = false
  @Option(help: "text for people; json for programs, one object a line.")
  var logFormat = LogFormat.text

  func validate() throws {
    guard (0.1...86400).contains(wait) else {
      throw ValidationError("--wait is 0.1 to 86400 seconds")
    }
    try PreviewPlace.check(host: host)
  }

  func run() throws {
    try ExitStatus.explaining(logFormat) {
      let (endpoint, key) = try place.resolved(host: host)
      let isCancelled = Cancellation()
      let watch = SignalWatch { isCancelled.set() }
      defer { withExtendedLifetime(watch) {} }
      var client = try PreviewClient(endpoint: endpoint, topics: [.status, .event], serverKey: key)
      var view = MonitorView(endpoint: endpoint, format: logFormat)
      view.begin()
      while !isCancelled.isSet {
        if let message = try client.next(timeout: 0.2) {
          view.take(message)
        } else {
          view.refresh()
        }
        if view.isDone, !keepWaiting { break }
        if !keepWaiting, view.silentSeconds > wait {
          view.finish()
          Terminal().write(view.lost(StatusReport.silence(endpoint, seconds: wait)))
          throw ExitCode.unanswered
        }
      }
      view.finish()
      guard let status = view.status else { throw ExitCode.unanswered }
      if !RunHealth(status).isHealthy { throw ExitCode.unhealthy }
    }
  }

  private final class Cancellation: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
  }
}
