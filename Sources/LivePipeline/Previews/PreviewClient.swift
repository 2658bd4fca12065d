// SPDX-License-Identifier: BSD-3-Clause

import Messaging
public import WireFormat

/// Follows the previews of a run that may be on another machine.
///
/// Make it on the thread that uses it. A run that is not there yet, or goes away and comes back, is
/// connected to in the background.
public struct PreviewClient: ~Copyable {
  private var subscriber: Subscriber
  /// Messages that could not be read.
  public private(set) var unreadCount = 0

  /// Subscribes.
  ///
  /// - Parameters:
  ///   - endpoint: Where the run publishes, its key `previews.bind`.
  ///   - topics: What is to come.
  ///   - serverKey: The run's public key, its key `previews.curve_public_key`, where it has one.
  /// - Throws: `ZeroMQError` for an endpoint or a key that libzmq cannot read.
  public init(endpoint: String, topics: [PreviewTopic], serverKey: String? = nil) throws {
    let keys = try serverKey.map { try CurveKeys.generated(serverKey: $0) }
    subscriber = try Subscriber(
      try MessagingContext(),
      connectingTo: [endpoint],
      topics: topics.map(\.rawValue),
      highWaterMark: 1000,
      // What is followed here is words and figures; a part of this size is neither.
      maximumPartBytes: 64 << 20,
      keys: keys
    )
  }

  /// The next message.
  ///
  /// - Parameter timeout: How long to wait, seconds.
  /// - Returns: The message; nil when none came in time.
  /// - Throws: `ZeroMQError` when the connection is of no more use.
  public mutating func next(timeout: Double) throws -> PreviewMessage? {
    let deadline = ContinuousClock.now + .seconds(timeout)
    while true {
      let left = max(0, (deadline - .now) / .milliseconds(1))
      guard let parts = try subscriber.receive(timeoutMilliseconds: Int(left.rounded(.up))) else {
        return nil
      }
      do throws(WireError) {
        return try PreviewMessage.decode(parts)
      } catch {
        unreadCount += 1
        // Whatever floods with what nobody can read must not keep a wait from ending.
        guard left > 0 else { return nil }
      }
    }
  }
}
