// SPDX-License-Identifier: BSD-3-Clause

import Imaging
public import Messaging

/// The sockets that a simulated acquisition is published on: one for frames and all that belongs to
/// them, and a second one for the events of the dialect `fastccd`.
///
/// It blocks where a subscriber's queue is full, so that nothing is lost on this side.
public struct StreamServer: ~Copyable {
  private let context: MessagingContext
  private var publisher: Publisher
  private var eventPublisher: Publisher?

  /// Binds the sockets.
  ///
  /// - Parameters:
  ///   - endpoint: Where to publish; "tcp://127.0.0.1:*" takes any free port.
  ///   - eventEndpoint: Where to publish events apart from frames; nil for nowhere.
  ///   - queueLength: Messages that may wait for a subscriber.
  /// - Throws: `ZeroMQError` where the endpoint is taken or no endpoint.
  public init(
    bindingTo endpoint: String,
    eventsTo eventEndpoint: String? = nil,
    queueLength: Int = 40
  ) throws(ZeroMQError) {
    let context = try MessagingContext()
    let frames = try Self.publisher(context, endpoint, queueLength: queueLength)
    let events = try Self.eventPublisher(context, eventEndpoint)
    publisher = frames
    eventPublisher = events
    self.context = context
  }

  private static func publisher(
    _ context: MessagingContext,
    _ endpoint: String,
    queueLength: Int
  ) throws(ZeroMQError) -> Publisher {
    try Publisher(
      context,
      bindingTo: endpoint,
      highWaterMark: queueLength,
      overflow: .block,
      sendTimeoutMilliseconds: 200,
      lingerMilliseconds: 180_000
    )
  }

  private static func eventPublisher(
    _ context: MessagingContext,
    _ endpoint: String?
  ) throws(ZeroMQError) -> Publisher? {
    guard let endpoint else { return nil }
    return try publisher(context, endpoint, queueLength: 2000)
  }

  /// Where it publishes, the port spelled out.
  public var endpoint: String { publisher.endpoint }

  /// Where it publishes events apart from frames.
  public var eventEndpoint: String? {
    switch eventPublisher {
    case .some(let publisher): publisher.endpoint
    case .none: nil
    }
  }

  /// Waits until all that the acquisition sends is subscribed to, on each socket.
  ///
  /// - Parameters:
  ///   - dialect: The language, which decides the topics.
  ///   - seconds: How long to wait.
  ///   - isCancelled: Asked ten times a second.
  /// - Returns: Whether somebody listens.
  /// - Throws: `ZeroMQError` where the socket fails.
  public mutating func waitForSubscriber(
    to dialect: StreamDialect = .tiltfold,
    seconds: Double,
    isCancelled: () -> Bool = { false }
  ) throws(ZeroMQError) -> Bool {
    // Without topics, who wants anything wants all.
    var missing: Set<String> =
      dialect == .tiltfold ? ["start", "frame", "stop", "abort"] : [""]
    var eventsAreMissing = eventPublisher != nil
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    while clock.now < end, !isCancelled() {
      if let change = try publisher.receiveSubscription(timeoutMilliseconds: 50) {
        if change.isSubscribed { missing = missing.filter { !change.covers($0) } }
      }
      if eventsAreMissing,
        let change = try eventPublisher?.receiveSubscription(timeoutMilliseconds: 50)
      {
        eventsAreMissing = !(change.isSubscribed && change.covers(""))
      }
      if missing.isEmpty, !eventsAreMissing { return true }
    }
    return false
  }

  /// Sends a whole acquisition.
  ///
  /// - Parameters:
  ///   - stream: What to send.
  ///   - isCancelled: Asked before each frame; true ends the running scan with an abort.
  ///   - report: Told after each scan.
  /// - Returns: What was sent.
  /// - Throws: `ZeroMQError` where the socket fails.
  public mutating func send(
    _ stream: inout DetectorStream,
    isCancelled: () -> Bool = { false },
    report: (DetectorStream.Progress) -> Void = { _ in }
  ) throws(ZeroMQError) -> DetectorStream.Summary {
    let summary = try stream.publish(isCancelled: isCancelled, report: report) {
      (message) throws(ZeroMQError) in
      switch message.socket {
      case .frames: try publisher.send(message.parts)
      case .events: try eventPublisher?.send(message.parts) ?? true
      }
    }
    // Whoever broke off does not want to wait for a subscriber that stopped reading.
    if summary.wasAborted {
      try publisher.setLinger(milliseconds: 500)
      try eventPublisher?.setLinger(milliseconds: 500)
    }
    return summary
  }
}
