// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// One raw frame of a scan's file: where it stands and what it is, without its pixels.
public struct RawScanFrame: Sendable, Hashable {
  /// The dataset.
  public var path: String
  /// The place along the dataset's leading index; nil where the dataset is the frame.
  public var place: Int?
  /// The frame's number in its series, as the file has it.
  public var number: Int
  /// Dark or exposure.
  public var role: FrameRole
  /// The scan point, counted from 0; the number of its round for darks.
  public var point: Int
  /// The exposure time in seconds, where known.
  public var exposureTime: Double?
}
