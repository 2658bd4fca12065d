// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// A frame of a scan with what a dialect may want to say of it.
struct TakenFrame {
  var scan: ScanPlan.Scan
  var frame: DetectorFrame
  /// Which of the exposure times it has.
  var exposure: Int
  /// The camera's number, 0 to 65 535.
  var number: Int
  /// Seconds since the stream began.
  var elapsed: Double
}

/// Writes the messages of one dialect.
protocol DialectEncoder: Sendable {
  /// The order of the words of raw frames.
  var wordOrder: WordOrder { get }
  /// A scan starts.
  mutating func start(_ scan: ScanPlan.Scan) -> [StreamMessage]
  /// A frame was taken; what is said of it elsewhere comes after the frame's own message.
  mutating func frame(_ taken: TakenFrame) -> (frame: StreamMessage, events: [StreamMessage])
  /// A scan is complete.
  mutating func stop(_ scan: ScanPlan.Scan) -> [StreamMessage]
  /// What follows a scan in any case.
  mutating func end(_ scan: ScanPlan.Scan) -> [StreamMessage]
  /// A scan was given up.
  mutating func abort(_ scan: ScanPlan.Scan) -> [StreamMessage]
}

extension DialectEncoder {
  var wordOrder: WordOrder { .image }
  mutating func end(_ scan: ScanPlan.Scan) -> [StreamMessage] { [] }
}
