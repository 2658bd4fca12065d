// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Imaging
import Messaging
import Testing

/// The size of a raw FastCCD frame: 1040 x 1152 words of 2 bytes.
private let frameBytes = 1040 * 1152 * 2

@Suite(.serialized) struct BackPressureTests {
  @Test func noFrameIsLostUnderASlowReader() throws {
    let count = 60
    let endpoint = "tcp://127.0.0.1:*"
    let bound = Handover<String>()
    let source = Thread {
      do {
        let context = try MessagingContext()
        var publisher = try Publisher(
          context,
          bindingTo: endpoint,
          highWaterMark: 4,
          overflow: .block,
          lingerMilliseconds: -1
        )
        bound.put(publisher.endpoint)
        _ = try publisher.receiveSubscription(timeoutMilliseconds: 5000)
        for i in 0..<count {
          let number = SharedBytes(Array("\(i)".utf8))
          let frame = SharedBytes([UInt8](repeating: UInt8(i), count: frameBytes))
          var isSent = false
          while !isSent { isSent = try publisher.send([number, frame]) }
        }
      } catch {
        Issue.record(error)
      }
    }
    source.start()

    let context = try MessagingContext()
    var subscriber = try Subscriber(
      context,
      connectingTo: [try #require(bound.take())],
      highWaterMark: 4
    )
    for i in 0..<count {
      if i % 10 == 0 { Thread.sleep(forTimeInterval: 0.05) }
      let parts = try #require(try subscriber.receive(timeoutMilliseconds: 10_000))
      #expect(String(decoding: parts[0].array(), as: UTF8.self) == "\(i)")
      #expect(parts[1].count == frameBytes)
      let frame = parts[1].array()
      let edges = [frame[0], frame[frameBytes / 2], frame[frameBytes - 1]]
      #expect(edges == [UInt8](repeating: UInt8(i), count: 3))
    }
  }

  @Test func blockingSendGivesUpWhenTheTimeIsUpAndLosesNothing() throws {
    let context = try MessagingContext()
    var publisher = try Publisher(
      context,
      bindingTo: "inproc://full",
      highWaterMark: 2,
      overflow: .block,
      sendTimeoutMilliseconds: 20
    )
    var subscriber = try Subscriber(
      context,
      connectingTo: [publisher.endpoint],
      highWaterMark: 2
    )
    try waitForSubscription(&publisher)
    var accepted = 0
    while try publisher.send([SharedBytes([UInt8(accepted)]), SharedBytes([0])]), accepted < 100 {
      accepted += 1
    }
    #expect(accepted >= 2 && accepted < 100)
    for i in 0..<accepted {
      let parts = try subscriber.receive(timeoutMilliseconds: 1000)
      #expect(parts?.map { $0.array() } == [[UInt8(i)], [0]])
    }
    #expect(try publisher.send([SharedBytes([77]), SharedBytes([0])]))
    #expect(try subscriber.receive(timeoutMilliseconds: 1000)?.first?.array() == [77])
  }

  @Test func aDroppingPublisherNeverWaits() throws {
    let context = try MessagingContext()
    var publisher = try Publisher(context, bindingTo: "inproc://dropping", highWaterMark: 2)
    var subscriber = try Subscriber(
      context,
      connectingTo: [publisher.endpoint],
      highWaterMark: 2
    )
    try waitForSubscription(&publisher)
    for i in 0..<100 { #expect(try publisher.send([SharedBytes([UInt8(i)])])) }
    var received: [UInt8] = []
    while let parts = try subscriber.receive(timeoutMilliseconds: 50) {
      received.append(parts[0].array()[0])
    }
    #expect(received.count >= 2 && received.count < 100)
    #expect(received == Array(0..<UInt8(received.count)))
  }

  @Test func aPublisherIsFoundThoughItComesAfterItsSubscriber() throws {
    let context = try MessagingContext()
    var probe: Publisher? = try Publisher(context, bindingTo: "tcp://127.0.0.1:*")
    let endpoint = probe?.endpoint ?? ""
    probe = nil
    var subscriber = try Subscriber(context, connectingTo: [endpoint])
    #expect(try subscriber.receive(timeoutMilliseconds: 50) == nil)
    // Its port is free once libzmq has closed the first one, on a thread of its own.
    let limit = ContinuousClock.now + .seconds(60)
    var again = try? Publisher(context, bindingTo: endpoint)
    while again == nil, ContinuousClock.now < limit {
      again = try? Publisher(context, bindingTo: endpoint)
    }
    var publisher = try again.take() ?? Publisher(context, bindingTo: endpoint)
    try waitForSubscription(&publisher)
    _ = try publisher.send([SharedBytes([1])])
    #expect(try subscriber.receive(timeoutMilliseconds: 60_000)?.first?.array() == [1])
  }
}

/// A value that one thread waits for and another gives.
final class Handover<Value: Sendable>: @unchecked Sendable {
  // Sendable by hand: `value` is only touched under the condition's lock.
  private let condition = NSCondition()
  private var value: Value?

  func put(_ newValue: Value) {
    condition.withLock { value = newValue }
    condition.signal()
  }

  func take() -> Value? {
    condition.withLock {
      let limit = Date(timeIntervalSinceNow: 60)
      while value == nil, condition.wait(until: limit) {}
      return value
    }
  }
}
