// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Messaging
import Testing

@Suite struct RequestTests {
  @Test func everyClientGetsItsOwnAnswer() async throws {
    let context = try MessagingContext()
    var responder = try Responder(context, bindingTo: "tcp://127.0.0.1:*")
    let endpoint = responder.endpoint
    let clients = (0..<3).map { client in
      Task.detached { () -> [UInt8]? in
        var requester = try Requester(context, connectingTo: endpoint)
        let question = SharedBytes([UInt8(client), 7])
        return try requester.ask([question], timeoutMilliseconds: 60_000)?.first?.array()
      }
    }
    for _ in 0..<3 {
      let request = try #require(try responder.receive(timeoutMilliseconds: 60_000))
      let question = request.parts[0].array()
      try responder.reply(to: request, [SharedBytes([question[0] + 100])])
    }
    for (client, task) in clients.enumerated() {
      #expect(try await task.value == [UInt8(client + 100)])
    }
  }

  @Test func whoIsNotThereGivesNoAnswer() throws {
    let context = try MessagingContext()
    var requester = try Requester(context, connectingTo: "tcp://127.0.0.1:1")
    #expect(try requester.ask([SharedBytes([1])], timeoutMilliseconds: 50) == nil)
  }
}
