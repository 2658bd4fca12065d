// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A thread of the pipeline, with a name that debuggers and `top -H` show, that can be waited for.
final class PipelineThread: @unchecked Sendable {
  // Sendable by hand: `isDone` is touched with `condition` locked, nothing else changes.
  private let condition = NSCondition()
  private var isDone = false

  /// Starts a thread.
  ///
  /// - Parameters:
  ///   - name: Its name, at most 15 characters.
  ///   - body: What it does, once.
  init(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread { [self] in
      body()
      condition.lock()
      isDone = true
      condition.broadcast()
      condition.unlock()
    }
    thread.name = name
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Waits until it has done its work.
  func join() {
    condition.lock()
    defer { condition.unlock() }
    while !isDone { condition.wait() }
  }
}
