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
    var reply: ControlReply
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
    reply.id = ControlRequest.identifier(of: parts)
    return reply.encode()
  }

  private func answer(_ request: ControlRequest) -> ControlReply {
    do throws(PipelineError) {
      switch request {
      case .status:
        let header = PreviewMessage(status: board.status).header
        let state = header.text["state"] ?? ""
        return ControlReply(
          ok: true,
          board.status.isPaused ? "\(state), the reconstruction rests" : state,
          figures: header.quality
        )
      case .parameters:
        let list = conductor.engine.adjustable
        return ControlReply(ok: true, "\(list.count) parameters can be set", parameters: list)
      default: return ControlReply(ok: true, try follow(request))
      }
    } catch {
      return ControlReply(ok: false, error.description)
    }
  }

  /// Does what changes something; what was done, in words.
  private func follow(_ request: ControlRequest) throws(PipelineError) -> String {
    switch request {
    case .status, .parameters: ""
    case .place(let placement): try conductor.place(placement)
    case .measureResolution(let tomogram): try conductor.measureResolution(of: tomogram)
    case .realign(let tomogram): try conductor.realign(tomogram)
    case .set(let key, let value): try conductor.set(key, to: value)
    case .finishScan(let name):
      try conductor.endScans(named: name, .finishedOnRequest, losesNothing: true)
    case .abortScan(let name): try conductor.endScans(named: name, .abortedOnRequest)
    case .pause: try conductor.pause()
    case .resume: try conductor.resume()
    case .holdBack(let tilt): try conductor.change(.holdBack, tilt)
    case .dropTilt(let tilt): try conductor.change(.drop, tilt)
    case .takeBack(let tilt): try conductor.change(.takeBack, tilt)
    case .snapshot(let name): try conductor.snapshot(name)
    }
  }
}
