// SPDX-License-Identifier: BSD-3-Clause

import Messaging
import WireFormat

/// Who follows what: the number of subscriptions to each topic.
struct PreviewInterest {
  private var counts: [String: Int] = [:]
  private let names: [String]

  /// Counts subscriptions to topics of these names.
  init(in names: [String]) {
    self.names = names
  }

  /// Takes note of a subscription that begins or ends.
  mutating func note(_ change: SubscriptionChange) {
    for name in names where change.covers(name) {
      counts[name] = max(0, counts[name, default: 0] + (change.isSubscribed ? 1 : -1))
    }
  }

  /// Whether anybody follows a topic.
  func covers(_ name: String) -> Bool { counts[name, default: 0] > 0 }
}
