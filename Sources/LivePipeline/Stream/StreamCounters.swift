// SPDX-License-Identifier: BSD-3-Clause

/// What has come in and what was wrong with it.
public struct StreamCounters: Sendable, Hashable, Codable {
  /// Messages of any kind.
  public var messages = 0
  /// Exposure frames that came, duplicates included.
  public var exposures = 0
  /// Dark frames that came.
  public var darks = 0
  /// Exposures that a solver took.
  public var used = 0
  /// Messages that could not be read.
  public var malformed = 0
  /// Messages that the source numbered and that have not come.
  public var missingMessages = 0
  /// Frames that were expected when their scan ended and had not come.
  public var missingFrames = 0
  /// Frames that came twice.
  public var duplicates = 0
  /// Messages that came later than a later one.
  public var late = 0
  /// Frames of a scan that nothing is known of.
  public var withoutScan = 0
  /// Frames that no position is known for.
  public var withoutPosition = 0
  /// Scan points that lack some of their exposures.
  public var incompletePoints = 0
  /// Frames that could not be cleaned, or that the solver could not place.
  public var unusable = 0
  /// Frames of scans that somebody had ended here.
  public var afterEnd = 0
  /// Starts, stops and aborts that made no sense where they came.
  public var strayMarks = 0
  /// Messages that could not be recorded.
  public var unrecorded = 0
  /// Bytes of the messages that could not be recorded.
  public var unrecordedBytes = 0
  /// Recorded messages that could not be read back to be processed.
  public var unread = 0

  /// Makes a count of nothing.
  public init() {}

  /// Reads counts; what an earlier version did not count is 0.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    for (key, place) in Self.places {
      self[keyPath: place] = try values.decodeIfPresent(Int.self, forKey: key) ?? 0
    }
  }

  private static var places: [(CodingKeys, WritableKeyPath<Self, Int>)] {
    [
      (.messages, \.messages), (.exposures, \.exposures), (.darks, \.darks), (.used, \.used),
      (.malformed, \.malformed), (.missingMessages, \.missingMessages),
      (.missingFrames, \.missingFrames), (.duplicates, \.duplicates), (.late, \.late),
      (.withoutScan, \.withoutScan), (.withoutPosition, \.withoutPosition),
      (.incompletePoints, \.incompletePoints), (.unusable, \.unusable), (.afterEnd, \.afterEnd),
      (.strayMarks, \.strayMarks), (.unrecorded, \.unrecorded),
      (.unrecordedBytes, \.unrecordedBytes), (.unread, \.unread),
    ]
  }

  /// Frames that were lost on the way to us.
  public var lost: Int { max(missingMessages, missingFrames) }

  enum CodingKeys: String, CodingKey {
    case messages = "messages_received"
    case exposures = "frames_received"
    case darks = "darks_received"
    case used = "frames_used"
    case malformed = "messages_malformed"
    case missingMessages = "lost_messages"
    case missingFrames = "missing_frames"
    case duplicates = "frames_duplicate"
    case late = "messages_late"
    case withoutScan = "frames_without_scan"
    case withoutPosition = "frames_without_position"
    case incompletePoints = "points_incomplete"
    case unusable = "frames_unusable"
    case afterEnd = "frames_after_end"
    case strayMarks = "stray_marks"
    case unrecorded = "messages_unrecorded"
    case unrecordedBytes = "bytes_unrecorded"
    case unread = "messages_unread"
  }
}
