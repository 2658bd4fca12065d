// SPDX-License-Identifier: BSD-3-Clause

import Foundation
package import Imaging

/// A message as it came from a source, before anyone has looked into it.
package struct ReceivedMessage: Sendable {
  /// Its number in the run, as its recording counts it; −1 before it is recorded.
  package var number: Int
  /// Its parts, the topic first.
  package var parts: [SharedBytes]
  /// When it arrived, nanoseconds since 1970.
  package var arrival: Int64
  /// When its last byte had been received here, by a clock that nobody sets; nil where it was read
  /// from a file.
  package var received: ContinuousClock.Instant?
  /// Whether only darks are wanted of it: it came before the scan from which on a replay begins.
  var isOnlyForDarks = false

  /// Makes a record of a message.
  package init(
    number: Int,
    parts: [SharedBytes],
    arrival: Int64,
    received: ContinuousClock.Instant? = nil
  ) {
    self.number = number
    self.parts = parts
    self.arrival = arrival
    self.received = received
  }
}

/// The time now, nanoseconds since 1970.
func nanosecondsNow() -> Int64 {
  Int64(Date().timeIntervalSince1970 * 1e9)
}
