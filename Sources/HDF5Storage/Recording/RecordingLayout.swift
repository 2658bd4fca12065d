// SPDX-License-Identifier: BSD-3-Clause

/// Where everything stands in a recording (Docs/Reference/FileLayout.md).
enum RecordingLayout {
  static let format = "tiltfold-recording/1"
  /// The attribute of the root that says which message of its run is the file's first, the missing
  /// ones counted; files of earlier versions have none.
  static let firstMessage = "first_message"
  static let entry = "/entry"
  static let configuration = "/entry/configuration"
  static let version = "/entry/version"
  /// Nanoseconds since 1970 at which each message arrived, [message].
  static let arrival = "/entry/messages/arrival"
  /// The first row of each message in the table of parts, [message].
  static let firstPart = "/entry/messages/first_part"
  /// Where each part's bytes stand, [part]: −1 for the log, k for frames_k.
  static let store = "/entry/parts/store"
  /// Each part's place there, [part]: a byte offset, or a frame number.
  static let offset = "/entry/parts/offset"
  /// Each part's length in bytes, [part].
  static let length = "/entry/parts/length"
  /// Every byte that is not a frame, [byte].
  static let log = "/entry/log/bytes"
  /// The schedule's lines, one behind another, [byte].
  static let scheduleBytes = "/entry/schedule/bytes"
  /// Where each line ends, [line].
  static let scheduleEnd = "/entry/schedule/end"

  /// The messages before each gap, [gap].
  static let gapPlace = "/entry/gaps/place"
  /// How many messages are missing in each, [gap].
  static let gapMessages = "/entry/gaps/messages"
  /// How many bytes those had, [gap].
  static let gapBytes = "/entry/gaps/bytes"
  /// When the first missing message arrived, [gap].
  static let gapStart = "/entry/gaps/start"
  /// When the last missing message arrived, [gap].
  static let gapEnd = "/entry/gaps/end"

  /// The group of one kind of frame.
  static func frameGroup(_ index: Int) -> String { "/entry/frames_\(index)" }
  /// The images of one kind of frame, [frame, row, column].
  static func frames(_ index: Int) -> String { "/entry/frames_\(index)/data" }

  /// The store of a part that stands in the log.
  static let logStore: Int64 = -1
}
