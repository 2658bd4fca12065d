// SPDX-License-Identifier: BSD-3-Clause

import Foundation
public import Imaging

/// Threads that solvers share their frames with.
///
/// One caller at a time gets the threads; who comes meanwhile does all parts alone, for then every
/// core has work anyway. Results do not depend on it.
public final class WorkerCrew: WorkSharing, @unchecked Sendable {
  // Sendable by hand: everything that changes is touched with `condition` locked.

  private struct Job {
    let body: @Sendable (Int) -> Void
    let count: Int
    var next = 0
    var unfinished: Int
  }

  /// The groups that frames are dealt to: one for each thread, the caller's among them.
  public let parts: Int

  private let condition = NSCondition()
  private var job: Job?
  private var isDone = false
  private var threads: [PipelineThread] = []

  /// Starts threads beside the caller's.
  ///
  /// - Parameters:
  ///   - threads: How many work at a time, the caller's among them; 1 starts none.
  ///   - niceness: How far they stand back behind other threads, 0 to 19.
  public init(threads: Int, niceness: Int = 0) {
    precondition(threads > 0, "somebody has to work")
    parts = threads
    self.threads = (1..<max(threads, 1)).map { number in
      PipelineThread("crew-\(number)", niceness: niceness) { [self] in work() }
    }
  }

  /// Ends the threads and waits until they are gone; nothing may be performed any more.
  public func end() {
    condition.lock()
    isDone = true
    condition.broadcast()
    condition.unlock()
    for thread in threads { thread.join() }
  }

  /// Calls `body` with each number, here and on the crew's threads, and returns when all are done.
  public func perform(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    guard count > 1, begin(count, body) else {
      for number in 0..<count { body(number) }
      return
    }
    while let number = take() {
      body(number)
      finish()
    }
    condition.lock()
    while job?.unfinished ?? 0 > 0 { condition.wait() }
    job = nil
    condition.unlock()
  }

  /// Hands a job to the threads; false where they have one.
  private func begin(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    guard job == nil, !threads.isEmpty, !isDone else { return false }
    job = Job(body: body, count: count, unfinished: count)
    condition.broadcast()
    return true
  }

  private func take() -> Int? {
    condition.lock()
    defer { condition.unlock() }
    guard let present = job, present.next < present.count else { return nil }
    job?.next += 1
    return present.next
  }

  private func finish() {
    condition.lock()
    job?.unfinished -= 1
    if job?.unfinished == 0 { condition.broadcast() }
    condition.unlock()
  }

  private func work() {
    while performPart() { finish() }
  }

  /// Does one part, and has let go of the job when it returns: arrays that the job shares must not be
  /// copied because a thread that is through with them still knows it.
  private func performPart() -> Bool {
    guard let (number, body) = waitForPart() else { return false }
    body(number)
    return true
  }

  private func waitForPart() -> (Int, @Sendable (Int) -> Void)? {
    condition.lock()
    defer { condition.unlock() }
    while !isDone {
      if let present = job, present.next < present.count {
        job?.next += 1
        return (present.next, present.body)
      }
      condition.wait()
    }
    return nil
  }
}
