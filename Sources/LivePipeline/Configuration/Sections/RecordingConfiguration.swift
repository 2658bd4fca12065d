// SPDX-License-Identifier: BSD-3-Clause

/// Section `recording`: the file that keeps every message as it came.
public struct RecordingConfiguration: Hashable, Sendable {
  /// Key `enabled`: whether a recording is made.
  public var enabled = true
  /// Key `path`: the recording's path; a relative one starts at the folder of the results.
  public var path = "recording.h5"
  /// Key `flush_interval_s`: how long at most a message received may stay unreadable in the file.
  public var flushInterval = 0.2

  /// Makes the defaults.
  public init() {}
}
