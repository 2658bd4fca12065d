// SPDX-License-Identifier: BSD-3-Clause

import Foundation
package import HDF5Storage

/// Packs frames on threads of its own, so that the thread that writes them only writes.
///
/// Messages come out in the order in which they went in.
package final class FramePacker: @unchecked Sendable {
  // Sendable by hand: everything that changes is touched with `condition` locked.

  private let compression: FrameCompression
  private let condition = NSCondition()
  /// Messages that were taken and not given back, in order, with what was packed of them.
  private var entries: [(message: ReceivedMessage, packed: PackedFrame?, isDone: Bool)] = []
  /// The number of the first entry, counted from the first of all.
  private var first = 0
  /// The number of the next entry that no thread has begun.
  private var next = 0
  private var isClosed = false
  private var threads: [PipelineThread] = []
  private let limit: Int

  /// Starts as many threads; none where nothing is to be packed.
  package init(_ compression: FrameCompression, threads count: Int) {
    self.compression = compression
    limit = compression == .none ? 1 : 4 * max(1, count)
    guard compression != .none else { return }
    threads = (0..<max(1, count)).map { number in
      PipelineThread("pack-\(number)") { [self] in work() }
    }
  }

  /// Whether one more message may be put in.
  package var hasRoom: Bool { locked { entries.count < limit } }
  /// Whether no message is inside.
  package var isEmpty: Bool { locked { entries.isEmpty } }

  /// Puts a message in.
  package func put(_ message: ReceivedMessage) {
    locked {
      entries.append((message, nil, compression == .none))
      condition.broadcast()
    }
  }

  /// Takes the oldest message out.
  ///
  /// - Parameter timeout: How long to wait for it to be packed, seconds.
  /// - Returns: The message and its frame packed; nil where there is none, or not in time.
  package func take(timeout: Double) -> (message: ReceivedMessage, packed: PackedFrame?)? {
    let deadline = Date(timeIntervalSinceNow: timeout)
    condition.lock()
    defer { condition.unlock() }
    while let entry = entries.first {
      if entry.isDone {
        entries.removeFirst()
        first += 1
        next = max(next, first)
        return (entry.message, entry.packed)
      }
      guard timeout > 0, condition.wait(until: deadline) else { return nil }
    }
    return nil
  }

  /// Ends the threads.
  package func close() {
    locked {
      isClosed = true
      condition.broadcast()
    }
    for thread in threads { thread.join() }
  }

  private func work() {
    while let (number, message) = begin() {
      let layout = RecordingWriter.frameLayout(of: message.parts)
      let packed = layout.flatMap { layout in
        message.parts.last.map { compression.pack($0, layout: layout) }
      }
      locked {
        entries[number - first].packed = packed
        entries[number - first].isDone = true
        condition.broadcast()
      }
    }
  }

  private func begin() -> (Int, ReceivedMessage)? {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if next - first < entries.count {
        defer { next += 1 }
        return (next, entries[next - first].message)
      }
      if isClosed { return nil }
      condition.wait()
    }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    condition.lock()
    defer { condition.unlock() }
    return body()
  }
}
