// SPDX-License-Identifier: BSD-3-Clause

public import HDF5Storage

/// Section `recording`: the file that keeps every message as it came.
public struct RecordingConfiguration: Hashable, Sendable {
  /// Key `enabled`: whether a recording is made.
  public var enabled = true
  /// Key `path`: the recording's path; a relative one starts at the folder of the results.
  public var path = "recording.h5"
  /// Key `flush_interval_s`: how long at most a message received may stay unreadable in the file.
  public var flushInterval = 0.2
  /// Key `compression`: how frames are packed.
  public var compression = FrameCompression.none
  /// Key `fallback_directory`: where the recording goes when its own folder and that of the results
  /// cannot be written; nil for the user's home.
  public var fallbackDirectory: String?

  /// Makes the defaults.
  public init() {}
}
