// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Imaging
import Messaging
import Testing

/// Signals and vanishing ends, which a long run meets sooner or later.
@Suite(.serialized) struct InterruptionTests {
  @Test func aSignalDoesNotEndAWait() throws {
    signal(SIGUSR1) { _ in }
    let thread = Handover<UInt>()
    let outcome = Handover<[[UInt8]]>()
    let endpoint = Handover<String>()
    let receiver = Thread {
      do {
        let context = try MessagingContext()
        var subscriber = try Subscriber(context, connectingTo: [try #require(endpoint.take())])
        thread.put(UInt(pthread_self()))
        let parts = try subscriber.receive(timeoutMilliseconds: 20_000)
        outcome.put((parts ?? []).map { $0.array() })
      } catch {
        Issue.record(error)
      }
    }
    receiver.start()
    let context = try MessagingContext()
    var publisher = try Publisher(context, bindingTo: "tcp://127.0.0.1:*")
    endpoint.put(publisher.endpoint)
    try waitForSubscription(&publisher)
    let interrupted = pthread_t(try #require(thread.take()))
    for _ in 0..<20 {
      #expect(pthread_kill(interrupted, SIGUSR1) == 0)
      Thread.sleep(forTimeInterval: 0.005)
    }
    #expect(try publisher.send([SharedBytes([8])]))
    #expect(outcome.take() == [[8]])
  }

  @Test func aBlockedSenderIsFreedWhenItsReaderGoesAway() throws {
    let context = try MessagingContext()
    var publisher = try Publisher(
      context,
      bindingTo: "tcp://127.0.0.1:*",
      highWaterMark: 1,
      overflow: .block,
      sendTimeoutMilliseconds: 20,
      lingerMilliseconds: 0
    )
    let frame = SharedBytes([UInt8](repeating: 1, count: 4 << 20))
    do {
      let reader = try Subscriber(
        context,
        connectingTo: [publisher.endpoint],
        highWaterMark: 1
      )
      try waitForSubscription(&publisher)
      var sent = 0
      while try publisher.send([frame]), sent < 200 { sent += 1 }
      #expect(sent < 200)
      _ = consume reader
    }
    var isFree = false
    for _ in 0..<500 where !isFree { isFree = try publisher.send([frame]) }
    #expect(isFree)
  }

  @Test func whatWasSentArrivesThoughTheSenderIsGone() throws {
    let context = try MessagingContext()
    var subscriber: Subscriber
    do {
      var publisher = try Publisher(
        context,
        bindingTo: "tcp://127.0.0.1:*",
        lingerMilliseconds: 10_000
      )
      subscriber = try Subscriber(context, connectingTo: [publisher.endpoint])
      try waitForSubscription(&publisher)
      for i in 0..<20 {
        _ = try publisher.send([
          SharedBytes([UInt8(i)]), SharedBytes([UInt8](repeating: 0, count: 1 << 20)),
        ])
      }
      #expect(try publisher.lingerMilliseconds == 10_000)
    }
    for i in 0..<20 {
      let parts = try subscriber.receive(timeoutMilliseconds: 10_000)
      #expect(parts?.first?.array() == [UInt8(i)])
    }
  }
}
