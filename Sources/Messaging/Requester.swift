// SPDX-License-Identifier: BSD-3-Clause

import CZeroMQ
public import Imaging

/// The asking end of requests (REQ); the answering end is a `Responder`.
///
/// Make it on the thread that uses it.
public struct Requester: ~Copyable {
  private var socket: Socket

  /// Connects to a responder.
  ///
  /// - Parameters:
  ///   - context: The program's context.
  ///   - endpoint: Where the responder is bound.
  ///   - keys: This end's keys with the responder's public key, where the connection is encrypted.
  /// - Throws: `ZeroMQError` for an endpoint that libzmq cannot read, or keys that are not keys.
  public init(
    _ context: MessagingContext,
    connectingTo endpoint: String,
    keys: CurveKeys? = nil
  ) throws(ZeroMQError) {
    let socket = try Socket(context, type: ZMQ_REQ)
    try socket.set(ZMQ_LINGER, to: 0)
    try socket.set(ZMQ_SNDTIMEO, to: 2000)
    if let keys { try socket.secure(with: keys) }
    try socket.connect(to: endpoint)
    self.socket = socket
  }

  /// Asks and waits for the answer.
  ///
  /// - Parameters:
  ///   - parts: The request.
  ///   - timeoutMilliseconds: How long to wait for the answer.
  /// - Returns: The answer; nil when none came in time, and then this requester is of no more use.
  /// - Throws: `ZeroMQError` when the socket is of no more use.
  public mutating func ask(
    _ parts: [SharedBytes],
    timeoutMilliseconds: Int
  ) throws(ZeroMQError) -> [SharedBytes]? {
    guard try socket.send(parts) else { return nil }
    return try socket.receive(timeoutMilliseconds: timeoutMilliseconds, maximumParts: 16)
  }
}
