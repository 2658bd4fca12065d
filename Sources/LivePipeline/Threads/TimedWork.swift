// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Imaging
import Synchronization

/// A crew whose work for somebody is counted in processor time.
final class TimedWork: WorkSharing {
  private let crew: any WorkSharing
  private let nanoseconds = Atomic<Int>(0)

  init(_ crew: any WorkSharing) { self.crew = crew }

  var parts: Int { crew.parts }

  /// The processor time of parts that other threads than the caller's did, seconds.
  var secondsOfOthers: Double { Double(nanoseconds.load(ordering: .relaxed)) * 1e-9 }

  func perform(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let caller = pthread_self()
    crew.perform(count) { [self] number in
      guard pthread_equal(pthread_self(), caller) == 0 else { return body(number) }
      let before = threadNanoseconds()
      body(number)
      nanoseconds.add(threadNanoseconds() - before, ordering: .relaxed)
    }
  }
}

/// The processor time that this thread has had, nanoseconds.
func threadNanoseconds() -> Int {
  var time = timespec()
  unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
}
