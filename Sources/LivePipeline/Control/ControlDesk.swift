// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import WireFormat

/// Answers control requests, from whatever socket or page they come, on any thread.
///
/// What a request changes is done by the conductor between two jobs, and noted in the schedule.
struct ControlDesk: Sendable {
  private let conductor: Conductor
  private let board: StatusBoard

  init(conductor: Conductor, board: StatusBoard) {
    self.conductor = conductor
    self.board = board
  }

  /// Answers a message.
  ///
  /// - Parameters:
  ///   - parts: The message, without ZeroMQ's envelope.
  ///   - desk: Who answers; nil where no run goes on.
  /// - Returns: The answer, one part of JSON.
  static func answer(_ parts: [SharedBytes], at desk: ControlDesk?) -> [SharedBytes] {
    let reply: ControlReply
    do throws(WireError) {
      let request = try ControlRequest.decode(parts)
      reply =
        desk?.answer(request)
        ?? ControlReply(
          ok: false,
          "no reconstruction goes on that could be asked: it has not begun, or is over"
        )
    } catch {
      reply = ControlReply(ok: false, "the request cannot be read: \(error)")
    }
    return reply.encode()
  }

  private func answer(_ request: ControlRequest) -> ControlReply {
    do throws(PipelineError) {
      switch request {
      case .status:
        let header = PreviewMessage(status: board.status).header
        return ControlReply(ok: true, header.text["state"] ?? "", figures: header.quality)
      case .place(let placement):
        return ControlReply(ok: true, conductor.place(placement))
      case .measureResolution(let tomogram):
        return ControlReply(ok: true, try conductor.measureResolution(of: tomogram))
      case .set(let key, let value):
        return ControlReply(ok: true, try conductor.set(key, to: value))
      case .finishScan(let name):
        return ControlReply(ok: true, try conductor.endScans(named: name, .finished))
      case .abortScan(let name):
        return ControlReply(ok: true, try conductor.endScans(named: name, .aborted))
      }
    } catch {
      return ControlReply(ok: false, error.description)
    }
  }
}
