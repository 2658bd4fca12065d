// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A queue of bounded depth between two threads.
///
/// When it is full, a push waits (`block`) or the oldest value gives way (`dropOldest`), which is
/// counted. Depth and losses can be read at any time.
package final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
  // Sendable by hand: everything that changes is touched with `condition` locked.

  /// What happens when the queue is full.
  package enum Overflow: Sendable {
    /// The one who pushes waits.
    case block
    /// The oldest value is dropped and counted.
    case dropOldest
  }

  /// How many values it may hold.
  package let limit: Int
  private let overflow: Overflow
  private let condition = NSCondition()
  private var items = Fifo<Element>()
  private var isClosed = false
  private var dropped = 0
  private var deepest = 0

  package init(limit: Int, overflow: Overflow) {
    precondition(limit > 0, "a queue holds at least one value")
    self.limit = limit
    self.overflow = overflow
  }

  /// The values that wait now.
  package var depth: Int { locked { items.count } }
  /// The most that ever waited.
  package var highWaterMark: Int { locked { deepest } }
  /// The values that gave way.
  package var droppedCount: Int { locked { dropped } }

  /// Adds a value; false when the queue is closed.
  @discardableResult
  package func push(_ element: Element) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while items.count >= limit, !isClosed {
      switch overflow {
      case .block:
        condition.wait()
      case .dropOldest:
        _ = items.popFirst()
        dropped += 1
      }
    }
    guard !isClosed else { return false }
    items.append(element)
    deepest = max(deepest, items.count)
    condition.broadcast()
    return true
  }

  /// Takes the oldest value.
  ///
  /// - Parameter timeout: How long to wait, seconds; 0 does not wait.
  /// - Returns: The value; nil when none came in time, or none will come any more.
  package func pop(timeout: Double) -> Element? {
    let deadline = Date(timeIntervalSinceNow: timeout)
    condition.lock()
    defer { condition.unlock() }
    while items.count == 0 {
      guard !isClosed, timeout > 0, condition.wait(until: deadline) else { break }
    }
    let element = items.popFirst()
    if element != nil { condition.broadcast() }
    return element
  }

  /// Takes no more values; those inside can still be taken.
  package func close() {
    locked {
      isClosed = true
      condition.broadcast()
    }
  }

  /// Whether it is closed and empty.
  package var isExhausted: Bool { locked { isClosed && items.count == 0 } }

  private func locked<Result>(_ body: () -> Result) -> Result {
    condition.lock()
    defer { condition.unlock() }
    return body()
  }
}
