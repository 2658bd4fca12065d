// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Messaging

/// The thread that owns the incoming socket and does the least: socket, time, queue.
struct StreamReceiver: ~Copyable {
  private var subscriber: Subscriber
  private let queue: BoundedQueue<ReceivedMessage>

  /// Connects; a source that is not there yet is waited for in the background.
  ///
  /// - Throws: `ZeroMQError` for an endpoint that libzmq cannot read.
  init(
    _ context: MessagingContext,
    configuration: SourceConfiguration,
    queue: BoundedQueue<ReceivedMessage>
  ) throws {
    subscriber = try Subscriber(
      context,
      connectingTo: configuration.endpoints,
      topics: configuration.topics ?? configuration.dialect.topics,
      highWaterMark: configuration.highWaterMark
    )
    self.queue = queue
  }

  /// Receives for about a moment.
  ///
  /// - Throws: `ZeroMQError` when the socket is of no more use.
  mutating func work() throws(ZeroMQError) {
    guard let parts = try subscriber.receive(timeoutMilliseconds: 50) else { return }
    queue.push(
      ReceivedMessage(number: -1, parts: parts, arrival: nanosecondsNow(), received: .now)
    )
  }
}
