// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// What people changed in a run that is taken up, on its way to the conductor between the messages.
///
/// It never makes the recorder wait: what has no room now is handed over before the next message.
final class ChangesTakenUp: Sendable {
  private struct Content {
    var changes: RecordedChanges
    var due: [ScheduleStep] = []
  }

  private let content: Mutex<Content>

  /// Takes them.
  init(_ changes: RecordedChanges = RecordedChanges([])) {
    content = Mutex(Content(changes: changes))
  }

  /// Hands over what was changed before a message.
  ///
  /// - Parameters:
  ///   - number: The message's number.
  ///   - submit: Hands a step over; false where there was no room in time.
  /// - Returns: Whether nothing is left that comes before it.
  func handOver(before number: Int, _ submit: (ScheduleStep) -> Bool) -> Bool {
    var due = content.withLock { content in
      content.due += content.changes.due(before: number)
      return content.due
    }
    while let step = due.first {
      guard submit(step) else { return false }
      due.removeFirst()
      content.withLock { _ = $0.due.removeFirst() }
    }
    return true
  }
}
