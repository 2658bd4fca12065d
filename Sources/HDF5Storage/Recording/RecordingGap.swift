// SPDX-License-Identifier: BSD-3-Clause

/// Messages that came and are not in a recording, because they could not be written.
public struct RecordingGap: Hashable, Sendable {
  /// The number of messages in the recording before the gap.
  public var place: Int
  /// The messages that are missing.
  public var messages: Int
  /// Their bytes.
  public var bytes: Int
  /// When the first of them arrived, nanoseconds since 1970.
  public var start: Int64
  /// When the last of them arrived, nanoseconds since 1970.
  public var end: Int64

  /// Makes a record of a gap.
  public init(place: Int, messages: Int, bytes: Int, start: Int64, end: Int64) {
    self.place = place
    self.messages = messages
    self.bytes = bytes
    self.start = start
    self.end = end
  }
}
