// SPDX-License-Identifier: BSD-3-Clause

import CZeroMQ
public import Imaging

/// The answering end of requests from any number of clients (ROUTER; clients are REQ or DEALER).
///
/// Make it on the thread that uses it. A client that goes away before its answer is forgotten.
public struct Responder: ~Copyable {
  /// A request with the way back to whoever sent it.
  public struct Request: Sendable {
    /// The parts, without the envelope.
    public let parts: [SharedBytes]
    /// The client's identity, and the empty delimiter where the client sends one.
    fileprivate let envelope: [SharedBytes]
  }

  private var socket: Socket
  /// Where the socket is bound, with the port that was taken where the request left it open.
  public let endpoint: String

  /// Binds a responder.
  ///
  /// - Parameters:
  ///   - context: The program's context.
  ///   - endpoint: Where to bind, e.g. "tcp://127.0.0.1:37018"; port `*` takes a free one.
  ///   - maximumPartBytes: A client that sends a larger part is disconnected.
  ///   - keys: This end's pair, where connections are to be encrypted.
  /// - Throws: `ZeroMQError` when the endpoint is taken or cannot be read, or keys are not keys.
  public init(
    _ context: MessagingContext,
    bindingTo endpoint: String,
    maximumPartBytes: Int = 1 << 16,
    keys: CurveKeys? = nil
  ) throws(ZeroMQError) {
    let socket = try Socket(context, type: ZMQ_ROUTER)
    try socket.set(ZMQ_RCVHWM, to: 100)
    try socket.set(ZMQ_SNDHWM, to: 100)
    try socket.set(ZMQ_SNDTIMEO, to: 0)
    try socket.set(ZMQ_LINGER, to: 200)
    try socket.set(ZMQ_MAXMSGSIZE, to: Int64(maximumPartBytes))
    if let keys { try socket.secure(with: keys) }
    self.endpoint = try socket.bind(to: endpoint)
    self.socket = socket
  }

  /// Receives the next request.
  ///
  /// - Parameter timeoutMilliseconds: How long to wait; 0 does not wait, negative waits for ever.
  /// - Returns: The request, or nil when none came in time.
  /// - Throws: `ZeroMQError` when the socket is of no more use.
  public mutating func receive(timeoutMilliseconds: Int) throws(ZeroMQError) -> Request? {
    guard
      let parts = try socket.receive(timeoutMilliseconds: timeoutMilliseconds, maximumParts: 16),
      let identity = parts.first
    else { return nil }
    let hasDelimiter = parts.count > 1 && parts[1].count == 0
    return Request(
      parts: Array(parts.dropFirst(hasDelimiter ? 2 : 1)),
      envelope: hasDelimiter ? [identity, parts[1]] : [identity]
    )
  }

  /// Answers a request; an answer that its client has no room for is dropped.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - parts: The answer.
  /// - Throws: `ZeroMQError` when the socket is of no more use.
  public mutating func reply(to request: Request, _ parts: [SharedBytes]) throws(ZeroMQError) {
    _ = try socket.send(request.envelope + parts)
  }
}
