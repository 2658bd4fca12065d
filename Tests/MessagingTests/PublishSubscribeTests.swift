// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Messaging
import Synchronization
import Testing

@Suite struct PublishSubscribeTests {
  @Test(arguments: ["tcp://127.0.0.1:*", "inproc://round-trip"])
  func partsArriveAsTheyWereSent(endpoint: String) throws {
    let context = try MessagingContext()
    var publisher = try Publisher(context, bindingTo: endpoint)
    var subscriber = try Subscriber(context, connectingTo: [publisher.endpoint])
    try waitForSubscription(&publisher)

    let large = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let sent: [[UInt8]] = [Array("frame".utf8), [], [7], large]
    #expect(try publisher.send(sent.map { SharedBytes($0) }))

    let received = try #require(try subscriber.receive(timeoutMilliseconds: 60_000))
    #expect(received.map { $0.array() } == sent)
  }

  @Test func bytesOutliveSocketsAndContext() throws {
    var received: [SharedBytes] = []
    do {
      let context = try MessagingContext()
      var publisher = try Publisher(context, bindingTo: "tcp://127.0.0.1:*")
      var subscriber = try Subscriber(context, connectingTo: [publisher.endpoint])
      try waitForSubscription(&publisher)
      _ = try publisher.send([
        SharedBytes([1, 2, 3]), SharedBytes([UInt8](repeating: 9, count: 8192)),
      ])
      received = try #require(try subscriber.receive(timeoutMilliseconds: 60_000))
    }
    #expect(received.map(\.count) == [3, 8192])
    #expect(received[0].array() == [1, 2, 3])
    #expect(received[1].array().allSatisfy { $0 == 9 })
  }

  @Test func sentBytesAreGivenBackOnceTheyAreOnTheWire() throws {
    let released = Flag()
    do {
      let context = try MessagingContext()
      var publisher = try Publisher(context, bindingTo: "inproc://release")
      var subscriber = try Subscriber(context, connectingTo: [publisher.endpoint])
      try waitForSubscription(&publisher)
      let memory = UnsafeMutableRawPointer.allocate(byteCount: 1 << 16, alignment: 16)
      unsafe memory.initializeMemory(as: UInt8.self, repeating: 5, count: 1 << 16)
      let address = UInt(bitPattern: memory)
      let part = unsafe SharedBytes(unsafeBase: memory, count: 1 << 16) {
        unsafe UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
        released.raise()
      }
      _ = try publisher.send([part])
      let received = try subscriber.receive(timeoutMilliseconds: 60_000)
      #expect(received?.first?.count == 1 << 16)
      #expect(!released.isRaised)
    }
    #expect(released.isRaised)
  }

  @Test func onlyTheTopicsAskedForArrive() throws {
    let context = try MessagingContext()
    var publisher = try Publisher(context, bindingTo: "inproc://topics")
    var subscriber = try Subscriber(
      context,
      connectingTo: [publisher.endpoint],
      topics: ["start", "stop"]
    )
    try waitForSubscription(&publisher, count: 2)
    for topic in ["frame", "start", "frame", "stop", "abort"] {
      _ = try publisher.send([SharedBytes(Array(topic.utf8))])
    }
    var topics: [String] = []
    while let parts = try subscriber.receive(timeoutMilliseconds: 200) {
      topics.append(String(decoding: parts[0].array(), as: UTF8.self))
    }
    #expect(topics == ["start", "stop"])
  }

  @Test func waitingEndsWhenTheTimeIsUp() throws {
    let context = try MessagingContext()
    var publisher = try Publisher(context, bindingTo: "tcp://127.0.0.1:*")
    var subscriber = try Subscriber(context, connectingTo: [publisher.endpoint])
    let start = ContinuousClock.now
    #expect(try subscriber.receive(timeoutMilliseconds: 60) == nil)
    // It did wait; how much longer than asked for depends on the machine.
    #expect(ContinuousClock.now - start >= .milliseconds(59))
    #expect(try subscriber.receive(timeoutMilliseconds: 0) == nil)
    while try publisher.receiveSubscription(timeoutMilliseconds: 1000) != nil {}
    #expect(try publisher.receiveSubscription(timeoutMilliseconds: 0) == nil)
  }

  @Test func aNewcomerIsSeenAlsoOnATopicThatIsFollowedAlready() throws {
    let context = try MessagingContext()
    var publisher = try Publisher(context, bindingTo: "tcp://127.0.0.1:*")
    let endpoint = publisher.endpoint
    let first = try Subscriber(context, connectingTo: [endpoint], topics: ["vol"])
    let expected = SubscriptionChange(topic: Array("vol".utf8), isSubscribed: true)
    #expect(try publisher.receiveSubscription(timeoutMilliseconds: 60_000) == expected)
    do {
      let second = try Subscriber(context, connectingTo: [endpoint], topics: ["vol"])
      #expect(try publisher.receiveSubscription(timeoutMilliseconds: 60_000) == expected)
      _ = consume second
    }
    let left = try publisher.receiveSubscription(timeoutMilliseconds: 60_000)
    #expect(left == SubscriptionChange(topic: Array("vol".utf8), isSubscribed: false))
    #expect(expected.covers("volume"))
    #expect(!expected.covers("stxm"))
    _ = consume first
  }

  @Test func aTakenEndpointSaysSoInWords() throws {
    let context = try MessagingContext()
    let publisher = try Publisher(context, bindingTo: "tcp://127.0.0.1:*")
    let endpoint = publisher.endpoint
    #expect(endpoint.hasPrefix("tcp://127.0.0.1:") && !endpoint.hasSuffix("*"))
    let error = try #require(throws: ZeroMQError.self) {
      _ = try Publisher(context, bindingTo: endpoint)
    }
    #expect(error.description == "cannot bind \(endpoint): Address already in use")
    #expect(throws: ZeroMQError.self) { _ = try Subscriber(context, connectingTo: ["nonsense"]) }
    _ = consume publisher
  }

  @Test func encryptedStreamReachesOnlyThoseWithTheKey() throws {
    let context = try MessagingContext()
    let server = try CurveKeys.generated()
    var publisher = try Publisher(context, bindingTo: "tcp://127.0.0.1:*", keys: server)
    let endpoint = publisher.endpoint
    var friend = try Subscriber(
      context,
      connectingTo: [endpoint],
      keys: .generated(serverKey: server.publicKey)
    )
    var stranger = try Subscriber(context, connectingTo: [endpoint])
    var mistaken = try Subscriber(
      context,
      connectingTo: [endpoint],
      keys: .generated(serverKey: CurveKeys.generated().publicKey)
    )
    try waitForSubscription(&publisher)
    _ = try publisher.send([SharedBytes([42])])
    #expect(try friend.receive(timeoutMilliseconds: 60_000)?.first?.array() == [42])
    #expect(try stranger.receive(timeoutMilliseconds: 100) == nil)
    #expect(try mistaken.receive(timeoutMilliseconds: 100) == nil)
    #expect(throws: ZeroMQError.self) {
      let wrong = CurveKeys(publicKey: "short", secretKey: "short")
      _ = try Publisher(context, bindingTo: "tcp://127.0.0.1:*", keys: wrong)
    }
  }
}

/// Waits until subscriptions have arrived: what is sent before goes to nobody.
func waitForSubscription(_ publisher: inout Publisher, count: Int = 1) throws {
  for _ in 0..<count {
    let change = try publisher.receiveSubscription(timeoutMilliseconds: 60_000)
    try #require(change?.isSubscribed == true)
  }
}

/// Something that happened, seen from any thread.
final class Flag: Sendable {
  private let state = Mutex(false)
  func raise() { state.withLock { $0 = true } }
  var isRaised: Bool { state.withLock { $0 } }
}
