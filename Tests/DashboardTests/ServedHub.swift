// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Dashboard
import Imaging
import Synchronization
import TestSupport
import WireFormat

/// A hub with a server at a free port of 127.0.0.1, and a control that notes what it is asked.
final class ServedHub: Sendable {
  let hub = PreviewHub()
  let server: DashboardServer
  let folder: TemporaryFolder
  let notices: Notices
  let asked: Asked
  var port: UInt16 { server.port }

  final class Notices: Sendable {
    private let words = Mutex<[String]>([])
    var all: [String] { words.withLock { $0 } }
    func add(_ text: String) { words.withLock { $0.append(text) } }
  }

  final class Asked: Sendable {
    private let requests = Mutex<[ControlRequest]>([])
    var all: [ControlRequest] { requests.withLock { $0 } }
    func add(_ request: ControlRequest) { requests.withLock { $0.append(request) } }
  }

  init(_ change: (inout DashboardSettings, TemporaryFolder) throws -> Void = { _, _ in }) throws {
    let folder = try TemporaryFolder()
    let (notices, asked) = (Notices(), Asked())
    var settings = DashboardSettings(address: try BindAddress("127.0.0.1:*")) { json in
      var reply = ControlReply(ok: true, "done", figures: ["frames_used": 7])
      do throws(WireError) {
        asked.add(try ControlRequest.decode([SharedBytes(json)]))
      } catch {
        reply = ControlReply(ok: false, "the request cannot be read: \(error)")
      }
      return reply.encode()[0].array()
    }
    settings.onNotice = { notices.add($0) }
    try change(&settings, folder)
    (self.folder, self.notices, self.asked) = (folder, notices, asked)
    server = try DashboardServer(hub, settings)
  }

  deinit { server.stop(withinSeconds: 0) }

  /// Publishes a preview with one array of bytes.
  func publish(
    _ topic: PreviewTopic,
    _ sequence: Int,
    energyIndex: Int? = nil,
    bytes: [UInt8]? = nil,
    _ change: (inout PreviewHeader) -> Void = { _ in }
  ) {
    var header = PreviewHeader(sequence: sequence)
    header.energyIndex = energyIndex
    change(&header)
    let arrays = bytes.map { bytes in
      [
        PreviewArray(
          name: "values",
          shape: [bytes.count],
          elementType: .uint8,
          unit: "1",
          bytes: SharedBytes(bytes)
        )
      ]
    }
    let message = PreviewMessage(topic: topic, header: header, arrays: arrays ?? [])
    hub.receive(topic: topic, parts: message.encode())
  }
}
