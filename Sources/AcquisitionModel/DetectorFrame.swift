// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// What a frame was taken for.
public enum FrameRole: String, Sendable, Hashable {
  /// Taken with the shutter closed.
  case dark
  /// Taken with the beam on the sample.
  case exposure
}

/// How the pixels of a frame are written.
public enum SampleType: String, Sendable, Hashable {
  /// Raw detector words, unsigned 16-bit, little-endian.
  case uint16
  /// Cleaned photon counts, 32-bit floating point, little-endian, DC at [N/2, N/2].
  case float32

  /// Bytes for each pixel.
  public var byteCount: Int { self == .uint16 ? 2 : 4 }
}

/// The order in which the words of a raw FastCCD frame stand
/// (Docs/Explanations/FastCCD.md).
public enum WordOrder: String, Sendable, Hashable, CaseIterable {
  /// Rows of the raw picture, both halves assembled, [row, column], 1152 columns.
  case image
  /// Clock by clock, channels in order, [clock, channel], 192 channels; clock 12 · r + p is column
  /// p of each tile in row r of both halves.
  case clocks
  /// Clock by clock, channels in the order of their arrival from the camera, [clock, arrival].
  case arrival
}

/// What travels with the pixels of a frame.
public struct FrameHeader: Sendable, Hashable {
  /// The scan's own name.
  public var scan: String
  /// The scan point, counted from 0; darks count by themselves.
  public var index: Int
  /// Dark or exposure.
  public var role: FrameRole
  /// The exposure time in seconds, where said.
  public var exposureTime: Double?
  /// Where the probe sat, where said with the frame.
  public var position: ScanPosition?
  /// The extent of the frame.
  public var shape: Shape2D
  /// How the pixels are written.
  public var sampleType: SampleType
  /// The order in which raw words stand; `shape` is that of the assembled raw picture in any case.
  public var wordOrder = WordOrder.image
  /// The place in the stream, for finding gaps, where said.
  public var sequence: Int?
  /// When the source says it was taken, nanoseconds since 1970, where said.
  public var timestamp: Int64?

  /// Makes a header.
  public init(
    scan: String,
    index: Int,
    role: FrameRole,
    exposureTime: Double? = nil,
    position: ScanPosition? = nil,
    shape: Shape2D,
    sampleType: SampleType,
    sequence: Int? = nil,
    timestamp: Int64? = nil
  ) {
    self.scan = scan
    self.index = index
    self.role = role
    self.exposureTime = exposureTime
    self.position = position
    self.shape = shape
    self.sampleType = sampleType
    self.sequence = sequence
    self.timestamp = timestamp
  }
}

/// One frame from the detector: header and pixels as they came.
public struct DetectorFrame: Sendable {
  /// What travels with the pixels.
  public var header: FrameHeader
  /// The pixels, [row, column], written as `header.sampleType` says.
  public var pixels: SharedBytes

  /// Makes a frame.
  public init(header: FrameHeader, pixels: SharedBytes) {
    self.header = header
    self.pixels = pixels
  }
}
