// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Imaging
import Messaging
import Synchronization

/// Publishes given messages from a thread of its own, once it is told to and somebody follows all
/// four topics.
final class MessageSource: Sendable {
  private final class State: Sendable {
    let mayStart = Atomic(false)
    let mustStop = Atomic(false)
    let endpoint = Mutex("")
  }

  private let state = State()

  /// Binds a publisher.
  init(_ messages: [[SharedBytes]]) {
    let ready = DispatchSemaphore(value: 0)
    Thread.detachNewThread { [state] in
      guard let context = try? MessagingContext(),
        var publisher = try? Publisher(
          context,
          bindingTo: "tcp://127.0.0.1:*",
          overflow: .block
        )
      else {
        ready.signal()
        return
      }
      let bound = publisher.endpoint
      state.endpoint.withLock { $0 = bound }
      ready.signal()
      while !state.mayStart.load(ordering: .relaxed) { Thread.sleep(forTimeInterval: 0.005) }
      var subscriptions = 0
      while subscriptions < 4, !state.mustStop.load(ordering: .relaxed) {
        if (try? publisher.receiveSubscription(timeoutMilliseconds: 50)) != nil {
          subscriptions += 1
        }
      }
      for parts in messages where !state.mustStop.load(ordering: .relaxed) {
        _ = try? publisher.send(parts)
      }
      while !state.mustStop.load(ordering: .relaxed) { Thread.sleep(forTimeInterval: 0.01) }
    }
    ready.wait()
  }

  /// Where it publishes.
  var endpoint: String { state.endpoint.withLock { $0 } }

  /// Lets it begin.
  func start() { state.mayStart.store(true, ordering: .relaxed) }

  /// Ends it.
  func stop() {
    state.mustStop.store(true, ordering: .relaxed)
    start()
  }
}
