// SPDX-License-Identifier: BSD-3-Clause

import CZeroMQ
public import Imaging

/// The receiving end of one or more publishers.
///
/// Make it on the thread that uses it. A publisher that is not there yet, or goes away and comes
/// back, is connected to in the background.
public struct Subscriber: ~Copyable {
  private var socket: Socket

  /// Messages with more parts than this lose the rest; no dialect has as many.
  static let maximumParts = 1024

  /// Connects to publishers.
  ///
  /// - Parameters:
  ///   - context: The program's context.
  ///   - endpoints: Where the publishers are bound, e.g. "tcp://127.0.0.1:37013".
  ///   - topics: Beginnings of the topics to receive; "" is everything.
  ///   - highWaterMark: Messages from each publisher that may wait here. When they do, a publisher
  ///     that blocks waits and one that drops drops. Ten thousand raw frames are 24 GB: a program
  ///     that may fall behind its detector sets what its memory holds.
  ///   - maximumPartBytes: A publisher that sends a larger part is disconnected.
  ///   - keys: This end's keys with the publisher's public key, where the connection is encrypted.
  /// - Throws: `ZeroMQError` for an endpoint that libzmq cannot read, or keys that are not keys.
  public init(
    _ context: MessagingContext,
    connectingTo endpoints: [String],
    topics: [String] = [""],
    highWaterMark: Int = 10_000,
    maximumPartBytes: Int = 1 << 30,
    keys: CurveKeys? = nil
  ) throws(ZeroMQError) {
    let socket = try Socket(context, type: ZMQ_SUB)
    try socket.set(ZMQ_RCVHWM, to: highWaterMark)
    try socket.set(ZMQ_MAXMSGSIZE, to: Int64(maximumPartBytes))
    try socket.set(ZMQ_LINGER, to: 0)
    if let keys { try socket.secure(with: keys) }
    for topic in topics { try socket.set(ZMQ_SUBSCRIBE, to: topic) }
    for endpoint in endpoints { try socket.connect(to: endpoint) }
    self.socket = socket
  }

  /// Receives all parts of the next message, without copying them.
  ///
  /// - Parameter timeoutMilliseconds: How long to wait; 0 does not wait, negative waits for ever.
  /// - Returns: The parts, the topic first, or nil when no message came in time.
  /// - Throws: `ZeroMQError` when the socket is of no more use.
  public mutating func receive(
    timeoutMilliseconds: Int
  ) throws(ZeroMQError) -> [SharedBytes]? {
    try socket.receive(
      timeoutMilliseconds: timeoutMilliseconds,
      maximumParts: Self.maximumParts
    )
  }
}
