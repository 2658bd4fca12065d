// SPDX-License-Identifier: BSD-3-Clause

import Messaging
import WireFormat

/// The thread that answers control requests.
///
/// What a request changes is done by the conductor between two jobs, and noted in the schedule.
struct ControlServer: ~Copyable {
  private var responder: Responder
  private let conductor: Conductor
  private let board: StatusBoard

  /// Takes the address.
  ///
  /// - Throws: `ZeroMQError` where the address is taken, `PipelineError` where a key cannot be read.
  init(
    _ context: MessagingContext,
    configuration: PipelineConfiguration,
    conductor: Conductor,
    board: StatusBoard
  ) throws {
    responder = try Responder(
      context,
      bindingTo: configuration.control.endpoint,
      keys: try configuration.previews.curveKeys()
    )
    self.conductor = conductor
    self.board = board
  }

  /// Where requests are taken, the port spelled out.
  var endpoint: String { responder.endpoint }

  /// Answers what comes within about a moment.
  ///
  /// - Throws: `ZeroMQError` when the socket is of no more use.
  mutating func work() throws(ZeroMQError) {
    guard let request = try responder.receive(timeoutMilliseconds: 100) else { return }
    let reply: ControlReply
    do throws(WireError) {
      reply = Self.answer(try ControlRequest.decode(request.parts), conductor, board)
    } catch {
      reply = ControlReply(ok: false, "the request cannot be read: \(error)")
    }
    try responder.reply(to: request, reply.encode())
  }

  /// Does what a request asks for; from any thread.
  static func answer(
    _ request: ControlRequest,
    _ conductor: Conductor,
    _ board: StatusBoard
  ) -> ControlReply {
    do throws(PipelineError) {
      switch request {
      case .status:
        return status(board)
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

  /// How the run stands.
  static func status(_ board: StatusBoard) -> ControlReply {
    let header = PreviewMessage(status: board.status).header
    return ControlReply(ok: true, header.text["state"] ?? "", figures: header.quality)
  }
}
