// SPDX-License-Identifier: BSD-3-Clause

import Imaging
public import Messaging

/// The socket that a simulated acquisition is published on.
///
/// It blocks where a subscriber's queue is full, so that nothing is lost on this side.
public struct StreamServer: ~Copyable {
  private let context: MessagingContext
  private var publisher: Publisher

  /// Binds the socket.
  ///
  /// - Parameters:
  ///   - endpoint: Where to publish; "tcp://127.0.0.1:*" takes any free port.
  ///   - queueLength: Messages that may wait for a subscriber.
  /// - Throws: `ZeroMQError` where the endpoint is taken or no endpoint.
  public init(bindingTo endpoint: String, queueLength: Int = 40) throws(ZeroMQError) {
    let context = try MessagingContext()
    publisher = try Publisher(
      context,
      bindingTo: endpoint,
      highWaterMark: queueLength,
      overflow: .block,
      sendTimeoutMilliseconds: 200,
      lingerMilliseconds: 30_000
    )
    self.context = context
  }

  /// Where it publishes, the port spelled out.
  public var endpoint: String { publisher.endpoint }

  /// Waits until all of the acquisition's topics are subscribed to.
  ///
  /// - Parameters:
  ///   - seconds: How long to wait.
  ///   - isCancelled: Asked ten times a second.
  /// - Returns: Whether somebody listens.
  /// - Throws: `ZeroMQError` where the socket fails.
  public mutating func waitForSubscriber(
    seconds: Double,
    isCancelled: () -> Bool = { false }
  ) throws(ZeroMQError) -> Bool {
    var missing: Set<String> = ["start", "frame", "stop", "abort"]
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    while clock.now < end, !isCancelled() {
      guard let change = try publisher.receiveSubscription(timeoutMilliseconds: 100) else {
        continue
      }
      guard change.isSubscribed else { continue }
      missing = missing.filter { !change.covers($0) }
      if missing.isEmpty { return true }
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
    let summary = try stream.send(isCancelled: isCancelled, report: report) {
      (message) throws(ZeroMQError) in
      try publisher.send(message)
    }
    // Whoever broke off does not want to wait for a subscriber that stopped reading.
    if summary.wasAborted { try publisher.setLinger(milliseconds: 500) }
    return summary
  }
}
