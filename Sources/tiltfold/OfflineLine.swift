// SPDX-License-Identifier: BSD-3-Clause

import LivePipeline

/// The reading or converting of a file as one line that keeps itself current.
final class OfflineLine {
  private let terminal = Terminal()
  private let quiet: Bool
  private var last: ContinuousClock.Instant?
  private var work = ""

  init(quiet: Bool) { self.quiet = quiet }

  /// Shows a step, not more often than somebody can read it.
  func show(_ step: OfflineProgress) {
    switch step {
    case .remark(let remark):
      terminal.write(remark)
    case .working(let work, let done, let all):
      // Without a terminal a log gets a line for each kind of work, when it is done.
      let isDone = done == all
      guard !quiet, terminal.isInteractive || isDone else { return }
      let now = ContinuousClock.now
      if !isDone, work == self.work, let last, now - last < .milliseconds(200) { return }
      self.work = work
      last = now
      terminal.show("\(work) | \(done)/\(all)")
    }
  }

  /// Leaves the line where it stands.
  func finish() { terminal.finish() }
}
