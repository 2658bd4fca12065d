// SPDX-License-Identifier: BSD-3-Clause

/// One message of an acquisition, whatever dialect it came in.
public enum AcquisitionEvent: Sendable {
  /// A scan starts. `sequence` is its place in the stream, where said.
  case start(ScanDescription, sequence: Int?)
  /// A frame, dark or exposed.
  case frame(DetectorFrame)
  /// A scan is complete; the name is nil where the source does not say which.
  case stop(scan: String?, sequence: Int?)
  /// A scan was given up; the name is nil where the source does not say which.
  case abort(scan: String?, sequence: Int?)
}
