// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// Writes the control system's events: one pickled dictionary for each message.
struct EventEncoder: DialectEncoder {
  private let records: ScanRecords
  private let settings: EventSettings
  /// Whether pixels travel along.
  private let carriesPixels: Bool
  private let socket: StreamMessage.Socket

  init(
    _ parameters: SimulationParameters,
    _ settings: EventSettings,
    carriesPixels: Bool
  ) {
    records = ScanRecords(parameters, settings)
    self.settings = settings
    self.carriesPixels = carriesPixels
    socket = carriesPixels ? .frames : .events
  }

  mutating func start(_ scan: ScanPlan.Scan) -> [StreamMessage] {
    [
      message([
        ("event", .text("start")), ("data", records.definition(of: scan)),
        ("metadata", records.metadata(of: scan)),
      ])
    ]
  }

  mutating func frame(_ taken: TakenFrame) -> (frame: StreamMessage, events: [StreamMessage]) {
    var data = records.frame(taken)
    if carriesPixels {
      let shape = taken.frame.header.shape
      let pixels = PickledValue.array(
        NumPyArray(
          type: .uint16,
          shape: [shape.rows, shape.columns],
          bytes: taken.frame.pixels
        )
      )
      switch settings.pixelPlace {
      case .frame: data.append(("ccd_frame", pixels))
      case .rawData:
        data.append(("rawData", .dictionary([("CCD", .dictionary([("data", pixels)]))])))
      }
    }
    return (message([("event", .text("frame")), ("data", .dictionary(data))]), [])
  }

  mutating func stop(_ scan: ScanPlan.Scan) -> [StreamMessage] {
    [message([("event", .text("stop")), ("data", .none)])]
  }

  mutating func end(_ scan: ScanPlan.Scan) -> [StreamMessage] {
    guard settings.endsWithText else { return [] }
    let name = records.fileName(of: scan)
    let text = "{\"event\": \"ccd_data\", \"data\": {\"identifier\": \"\(name)\"}}"
    return [StreamMessage(socket: socket, parts: [SharedBytes(Array(text.utf8))])]
  }

  mutating func abort(_ scan: ScanPlan.Scan) -> [StreamMessage] {
    [message([("event", .text("abort")), ("data", .none)])]
  }

  private func message(_ fields: [(String, PickledValue)]) -> StreamMessage {
    var writer = PickleWriter(numpyNames: settings.numpyNames)
    let pickle = writer.pickle(.dictionary(fields))
    return StreamMessage(socket: socket, parts: [pickle])
  }
}
