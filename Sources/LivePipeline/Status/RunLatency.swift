// SPDX-License-Identifier: BSD-3-Clause

/// How long the frames of a run took from the receipt of their last byte to their effects.
///
/// Percentiles over the whole run but for one, in milliseconds, to 1 %; nil where no frame has come that far.
public struct RunLatency: Sendable, Hashable, Codable {
  /// Frames whose place in the published map of their scan was counted.
  public var shownFrames = 0
  /// The median until a frame was in the map that went out.
  public var shownMedian: Double?
  /// The time within which nine of ten frames were.
  public var shownPercentile90: Double?
  /// The time within which 99 of 100 frames were.
  public var shownPercentile99: Double?
  /// The longest time.
  public var shownLongest: Double?
  /// The time within which 99 of 100 frames of the last minute were; nil where there were none, and at
  /// the end of a run.
  public var shownRecentPercentile99: Double?
  /// Frames whose cleaning was counted.
  public var cleanedFrames = 0
  /// The median until a frame was a cleaned pattern.
  public var cleanedMedian: Double?
  /// The time within which 99 of 100 frames were.
  public var cleanedPercentile99: Double?
  /// The longest time.
  public var cleanedLongest: Double?

  /// Makes the latencies of no frame.
  public init() {}

  enum CodingKeys: String, CodingKey {
    case shownFrames = "stxm_frames"
    case shownMedian = "stxm_p50_ms"
    case shownPercentile90 = "stxm_p90_ms"
    case shownPercentile99 = "stxm_p99_ms"
    case shownLongest = "stxm_max_ms"
    case shownRecentPercentile99 = "stxm_recent_p99_ms"
    case cleanedFrames = "cleaned_frames"
    case cleanedMedian = "frame_p50_ms"
    case cleanedPercentile99 = "frame_p99_ms"
    case cleanedLongest = "frame_max_ms"
  }
}
