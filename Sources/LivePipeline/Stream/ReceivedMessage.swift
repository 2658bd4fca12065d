// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Imaging

/// A message as it came from a source, before anyone has looked into it.
struct ReceivedMessage: Sendable {
  /// Its place in the recording; −1 where it could not be recorded.
  var number: Int
  /// Its parts, the topic first.
  var parts: [SharedBytes]
  /// When it arrived, nanoseconds since 1970.
  var arrival: Int64
}

/// The time now, nanoseconds since 1970.
func nanosecondsNow() -> Int64 {
  Int64(Date().timeIntervalSince1970 * 1e9)
}
