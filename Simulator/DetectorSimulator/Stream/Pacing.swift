// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// Keeps a stream of frames at a rate: each is due a fixed time after the first.
struct Pacing {
  private let interval: Duration
  private let start: ContinuousClock.Instant
  private var due: ContinuousClock.Instant
  private let workedBefore: Double
  private var paused = Duration.zero
  private var workedInPauses = 0.0

  /// Starts now; a rate of nil waits for nothing.
  init(framesPerSecond: Double?) {
    interval = framesPerSecond.map { .seconds(1 / $0) } ?? .zero
    start = ContinuousClock.now
    due = start
    workedBefore = threadSeconds()
  }

  /// Does something that belongs to no frame; the time that it takes is not counted.
  mutating func pause(_ body: () -> Void) {
    let before = ContinuousClock.now
    let worked = threadSeconds()
    body()
    workedInPauses += threadSeconds() - worked
    let time = ContinuousClock.now - before
    paused += time
    due += time
  }

  /// Waits until the next frame is due.
  ///
  /// A stream that fell behind by more than a second gives
  /// the time up for lost instead of sending a burst.
  mutating func waitForNext() {
    let now = ContinuousClock.now
    if due > now {
      sleep(for: due - now)
    } else if now - due > .seconds(1) {
      due = now
    }
    due += interval
  }

  /// The time since the start, seconds, without pauses.
  var elapsed: Double { (ContinuousClock.now - start - paused) / .seconds(1) }

  /// The time that this thread has worked since the start, seconds, without pauses.
  var worked: Double { threadSeconds() - workedBefore - workedInPauses }

  private func sleep(for duration: Duration) {
    let microseconds = duration / .microseconds(1)
    usleep(UInt32(min(max(microseconds, 0), 4e9)))
  }
}

/// The time of day, nanoseconds since 1970.
func nanosecondsSince1970() -> Int64 {
  var now = timespec()
  unsafe clock_gettime(CLOCK_REALTIME, &now)
  return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}

/// The time that this thread has worked, seconds.
private func threadSeconds() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}
