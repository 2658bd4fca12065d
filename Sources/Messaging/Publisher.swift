// SPDX-License-Identifier: BSD-3-Clause

import CZeroMQ
public import Imaging

/// The sending end of a stream that any number of subscribers may follow.
///
/// Make it on the thread that uses it. Subscriptions can be read (`receiveSubscription`), so that
/// a newcomer can be sent what it missed.
public struct Publisher: ~Copyable {
  /// What happens to a message when a subscriber's queue is full.
  public enum Overflow: Sendable {
    /// That subscriber does not get it: a display must not hold up the source.
    case drop
    /// Sending waits until there is room, up to the send timeout: nothing is lost.
    case block
  }

  private var socket: Socket
  /// Where the socket is bound, with the port that was taken where the request left it open.
  public let endpoint: String

  /// Binds a publisher.
  ///
  /// - Parameters:
  ///   - context: The program's context.
  ///   - endpoint: Where to bind, e.g. "tcp://127.0.0.1:37017"; port `*` takes a free one.
  ///   - highWaterMark: Messages that may wait for each subscriber.
  ///   - overflow: What happens when they do.
  ///   - sendTimeoutMilliseconds: With `.block`, how long to wait for room; negative: for ever.
  ///   - lingerMilliseconds: How long messages on their way may hold up the end of the program.
  ///   - keys: This end's pair, where connections are to be encrypted; whoever holds its public
  ///     half may then subscribe.
  /// - Throws: `ZeroMQError` when the endpoint is taken or cannot be read, or keys are not keys.
  public init(
    _ context: MessagingContext,
    bindingTo endpoint: String,
    highWaterMark: Int = 1000,
    overflow: Overflow = .drop,
    sendTimeoutMilliseconds: Int = 10_000,
    lingerMilliseconds: Int = 1000,
    keys: CurveKeys? = nil
  ) throws(ZeroMQError) {
    let socket = try Socket(context, type: ZMQ_XPUB)
    try socket.set(ZMQ_SNDHWM, to: highWaterMark)
    try socket.set(ZMQ_XPUB_VERBOSER, to: 1)
    try socket.set(ZMQ_LINGER, to: lingerMilliseconds)
    // What subscribers may send is short; more would only fill memory.
    try socket.set(ZMQ_MAXMSGSIZE, to: Int64(4096))
    if overflow == .block {
      try socket.set(ZMQ_XPUB_NODROP, to: 1)
      try socket.set(ZMQ_SNDTIMEO, to: sendTimeoutMilliseconds)
    }
    if let keys { try socket.secure(with: keys) }
    self.endpoint = try socket.bind(to: endpoint)
    self.socket = socket
  }

  /// How long messages on their way may hold up the end of the program; negative: for ever.
  public var lingerMilliseconds: Int {
    get throws(ZeroMQError) { try socket.integer(ZMQ_LINGER) }
  }

  /// Changes how long messages on their way may hold up the end of the program.
  ///
  /// - Parameter milliseconds: The time; 0 throws unsent messages away, negative waits for ever.
  /// - Throws: `ZeroMQError` when the socket is of no more use.
  public mutating func setLinger(milliseconds: Int) throws(ZeroMQError) {
    try socket.set(ZMQ_LINGER, to: milliseconds)
  }

  /// Sends all parts as one message to whoever subscribed to the first of them.
  ///
  /// Parts of 4 KiB and more are not copied: libzmq reads their memory until they are sent.
  ///
  /// - Parameter parts: The parts, the topic first.
  /// - Returns: False when a subscriber's queue stayed full for the send timeout (with `.block`);
  ///   nobody has got the message then, and it may be sent again. With `.drop`, always true.
  /// - Throws: `ZeroMQError` when the socket is of no more use.
  public mutating func send(_ parts: [SharedBytes]) throws(ZeroMQError) -> Bool {
    try socket.send(parts)
  }

  /// Receives the next change of a subscription: also a repeated one, from one more subscriber.
  ///
  /// - Parameter timeoutMilliseconds: How long to wait; 0 does not wait, negative waits for ever.
  /// - Returns: The change, or nil when none came in time.
  /// - Throws: `ZeroMQError` when the socket is of no more use.
  public mutating func receiveSubscription(
    timeoutMilliseconds: Int
  ) throws(ZeroMQError) -> SubscriptionChange? {
    while let parts = try socket.receive(timeoutMilliseconds: timeoutMilliseconds, maximumParts: 1)
    {
      // Anything else that a peer sends upstream is not for us.
      if let change = parts.first.flatMap(SubscriptionChange.init(message:)) { return change }
    }
    return nil
  }
}
