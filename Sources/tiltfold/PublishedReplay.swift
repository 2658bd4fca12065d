// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Foundation
import LivePipeline
import Synchronization

/// Sends a recording out under the eyes of a person.
struct PublishedReplay {
  private let terminal = Terminal()
  private let isQuiet: Bool

  init(quiet: Bool) {
    isQuiet = quiet
  }

  /// Sends everything; exit code 1 where it was broken off.
  func run(_ files: [String], _ plan: ReplayPlan, endpoint: String, patience: Double) throws {
    let isCancelled = Flag()
    let watch = SignalWatch { isCancelled.set() }
    defer { withExtendedLifetime(watch) {} }
    if !isQuiet { terminal.write("waiting for a subscriber at \(endpoint) ...") }
    let publisher = RecordingPublisher(files, plan: plan, endpoint: endpoint)
    let pause = Duration.seconds(terminal.isInteractive ? 0.2 : 10)
    var next = ContinuousClock.now
    let sent = try publisher.send(patience: patience, isCancelled: { isCancelled.isSet }) {
      guard !isQuiet, ContinuousClock.now >= next else { return }
      next = .now + pause
      terminal.show(Self.words($0))
    }
    terminal.finish()
    if !isQuiet { terminal.write((sent.isWhole ? "sent " : "broken off: ") + Self.words(sent)) }
    if !sent.isWhole { throw ExitCode(1) }
  }

  private static func words(_ progress: RecordingPublisher.Progress) -> String {
    let megabytes = Double(progress.bytes) * 1e-6
    let rate = progress.seconds > 0 ? megabytes / progress.seconds : 0
    return "\(progress.messages) of \(progress.total) messages, "
      + String(format: "%.1f MB in ", megabytes) + ProgressLine.duration(progress.seconds)
      + String(format: " (%.0f MB/s)", rate)
  }

  private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
  }
}
