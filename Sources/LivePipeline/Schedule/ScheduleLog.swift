// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// The steps that were done and wait to be recorded.
///
/// Unbounded on purpose: the recorder, which empties it, may be waiting for the very threads
/// that fill it. A step has some tens of bytes.
final class ScheduleLog: Sendable {
  private let lines = Mutex<[String]>([])
  private let isKept: Bool

  /// Makes a log; one that nobody reads keeps nothing.
  init(isKept: Bool) {
    self.isKept = isKept
  }

  /// Notes a step that was done.
  func note(_ step: ScheduleStep) {
    guard isKept else { return }
    let line = step.line
    lines.withLock { $0.append(line) }
  }

  /// Takes what has come since the last time.
  func take() -> [String] {
    lines.withLock { lines in
      defer { lines = [] }
      return lines
    }
  }
}
