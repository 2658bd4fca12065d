// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// Where all threads of a run write how they stand, and from which anyone may read.
package final class StatusBoard: Sendable {
  private struct Content {
    var status = RunStatus()
    package var events: [RunEvent] = []
    var firstMessage: ContinuousClock.Instant?
    var lastFrame: ContinuousClock.Instant?
    var arrivals = Fifo<ContinuousClock.Instant>()

    mutating func forgetArrivals(before instant: ContinuousClock.Instant) {
      while let first = arrivals.first, first < instant { _ = arrivals.popFirst() }
    }
  }

  private let content = Mutex(Content())
  /// How long frames take.
  package let latency = LatencyHistograms()
  private let onEvent: @Sendable (RunEvent) -> Void

  /// Makes a board.
  ///
  /// - Parameter onEvent: Told of every event at once, on whatever thread it happens.
  package init(onEvent: @escaping @Sendable (RunEvent) -> Void) {
    self.onEvent = onEvent
  }

  /// The status now.
  package var status: RunStatus {
    let now = ContinuousClock.now
    let latency = latency.recentFigures
    return content.withLock { content in
      content.forgetArrivals(before: now - Self.window)
      var status = content.status
      status.latency = latency
      status.framesPerSecond = Double(content.arrivals.count) / Self.window.inSeconds
      if let first = content.firstMessage { status.elapsed = (now - first).inSeconds }
      status.silence = content.lastFrame.map { (now - $0).inSeconds }
      return status
    }
  }

  /// Seconds since the first message.
  package var elapsed: Double {
    content.withLock { $0.firstMessage.map { (ContinuousClock.now - $0).inSeconds } ?? 0 }
  }

  /// Changes the status.
  package func update(_ change: (inout RunStatus) -> Void) {
    content.withLock { change(&$0.status) }
  }

  /// Counts an exposure for the rate.
  func countFrame() {
    let now = ContinuousClock.now
    content.withLock { content in
      if content.firstMessage == nil { content.firstMessage = now }
      content.lastFrame = now
      content.arrivals.append(now)
      content.forgetArrivals(before: now - Self.window)
    }
  }

  /// Notes an event and tells of it.
  func report(_ event: RunEvent) {
    content.withLock { content in
      if event.severity == .error {
        content.status.errors += 1
        content.status.lastError = "\(event)"
      }
      content.events.append(event)
      if content.events.count > Self.eventLimit { content.events.removeFirst(100) }
    }
    onEvent(event)
  }

  /// The events so far, the oldest given up where there are very many.
  package var events: [RunEvent] { content.withLock { $0.events } }

  private static let window = Duration.seconds(3)
  private static let eventLimit = 2000
}

extension Duration {
  /// The duration in seconds.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
