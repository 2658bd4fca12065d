// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Imaging
import Messaging
import Synchronization
import Testing

@Suite struct RequestTests {
  @Test func everyClientGetsItsOwnAnswer() throws {
    let context = try MessagingContext()
    var responder = try Responder(context, bindingTo: "tcp://127.0.0.1:*")
    let endpoint = responder.endpoint
    let answers = Answers()
    let group = DispatchGroup()
    for client in 0..<3 {
      group.enter()
      Thread.detachNewThread {
        defer { group.leave() }
        guard let context = try? MessagingContext(),
          var requester = try? Requester(context, connectingTo: endpoint),
          let answer = try? requester.ask(
            [SharedBytes([UInt8(client), 7])],
            timeoutMilliseconds: 60_000
          )
        else { return }
        answers.add(client, answer.first?.array() ?? [])
      }
    }
    for _ in 0..<3 {
      let request = try #require(try responder.receive(timeoutMilliseconds: 60_000))
      let question = request.parts[0].array()
      try responder.reply(to: request, [SharedBytes([question[0] + 100])])
    }
    group.wait()
    #expect(answers.all == [0: [100], 1: [101], 2: [102]])
  }

  private final class Answers: Sendable {
    private let answers = Mutex<[Int: [UInt8]]>([:])
    var all: [Int: [UInt8]] { answers.withLock { $0 } }
    func add(_ client: Int, _ answer: [UInt8]) { answers.withLock { $0[client] = answer } }
  }

  @Test func whoIsNotThereGivesNoAnswer() throws {
    let context = try MessagingContext()
    var requester = try Requester(context, connectingTo: "tcp://127.0.0.1:1")
    #expect(try requester.ask([SharedBytes([1])], timeoutMilliseconds: 50) == nil)
  }
}
