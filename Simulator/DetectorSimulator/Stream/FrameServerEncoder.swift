// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// Writes the frame server's stream: a number in decimal digits, then the words, clock by clock.
///
/// What scan and point they belong to is said on another socket, in the control system's events.
struct FrameServerEncoder: DialectEncoder {
  let wordOrder = WordOrder.clocks
  private var events: EventEncoder?

  init(_ settings: FrameServerSettings, events: EventEncoder) {
    self.events = settings.sendsEvents ? events : nil
  }

  mutating func start(_ scan: ScanPlan.Scan) -> [StreamMessage] { events?.start(scan) ?? [] }
  mutating func stop(_ scan: ScanPlan.Scan) -> [StreamMessage] { events?.stop(scan) ?? [] }
  mutating func end(_ scan: ScanPlan.Scan) -> [StreamMessage] { events?.end(scan) ?? [] }
  mutating func abort(_ scan: ScanPlan.Scan) -> [StreamMessage] { events?.abort(scan) ?? [] }

  mutating func frame(_ taken: TakenFrame) -> (frame: StreamMessage, events: [StreamMessage]) {
    let number = SharedBytes(Array("\(taken.number)".utf8))
    let said = events?.frame(taken).frame
    return (StreamMessage(parts: [number, taken.frame.pixels]), said.map { [$0] } ?? [])
  }
}
