// SPDX-License-Identifier: BSD-3-Clause

import Messaging

/// The thread that takes control requests from the socket.
struct ControlServer: ~Copyable {
  private var responder: Responder
  private let desk: ControlDesk

  /// Takes the address.
  ///
  /// - Throws: `ZeroMQError` where the address is taken, `PipelineError` where a key cannot be read.
  init(
    _ context: MessagingContext,
    configuration: PipelineConfiguration,
    desk: ControlDesk
  ) throws {
    let keys = try configuration.previews.curveKeys()
    responder = try TakenAddress.explaining("control.bind") {
      try Responder(context, bindingTo: configuration.control.endpoint, keys: keys)
    }
    self.desk = desk
  }

  /// Where requests are taken, the port spelled out.
  var endpoint: String { responder.endpoint }

  /// Answers what comes within about a moment.
  ///
  /// - Throws: `ZeroMQError` when the socket is of no more use.
  mutating func work() throws(ZeroMQError) {
    guard let request = try responder.receive(timeoutMilliseconds: 100) else { return }
    try responder.reply(to: request, ControlDesk.answer(request.parts, at: desk))
  }
}
