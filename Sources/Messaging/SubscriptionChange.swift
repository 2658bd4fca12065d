// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Somebody began or ceased to follow a topic.
public struct SubscriptionChange: Hashable, Sendable {
  /// The beginning of the topics that it is about; empty for all topics.
  public var topic: [UInt8]
  /// Whether the topic is followed from now on (true) or no more (false).
  public var isSubscribed: Bool

  /// Makes a record of a change.
  public init(topic: [UInt8], isSubscribed: Bool) {
    self.topic = topic
    self.isSubscribed = isSubscribed
  }

  /// Reads libzmq's form: one byte, 1 or 0, then the topic (zmq_socket(3), ZMQ_XPUB).
  init?(message: SharedBytes) {
    let bytes = message.array()
    guard let flag = bytes.first, flag <= 1 else { return nil }
    self.init(topic: Array(bytes.dropFirst()), isSubscribed: flag == 1)
  }

  /// Whether messages of a topic reach the subscriber: topics match by how they begin.
  public func covers(_ topic: String) -> Bool {
    topic.utf8.starts(with: self.topic)
  }
}
