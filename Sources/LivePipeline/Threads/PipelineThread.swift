// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc

/// A thread of the pipeline, with a name that debuggers and `top -H` show, that can be waited for.
final class PipelineThread: @unchecked Sendable {
  // Sendable by hand: `isDone` is touched with `condition` locked, nothing else changes.
  private let condition = NSCondition()
  private var isDone = false

  /// Starts a thread.
  ///
  /// - Parameters:
  ///   - name: Its name, at most 15 characters.
  ///   - niceness: How far it stands back behind other threads, 0 to 19.
  ///   - body: What it does, once.
  init(_ name: String, niceness: Int = 0, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread { [self] in
      // Foundation's name of a thread does not always reach the system.
      try? name.write(toFile: "/proc/thread-self/comm", atomically: false, encoding: .utf8)
      // On Linux, 0 is the calling thread alone; that it may stand back is never refused.
      if niceness > 0 { _ = setpriority(Self.ofProcess, 0, Int32(niceness)) }
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

  private static let ofProcess = __priority_which_t(PRIO_PROCESS.rawValue)

  /// Waits until it has done its work.
  func join() {
    condition.lock()
    defer { condition.unlock() }
    while !isDone { condition.wait() }
  }
}
