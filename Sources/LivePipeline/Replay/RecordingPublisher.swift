// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import Messaging
import WireFormat

/// Sends a recording out on the wire as if it were the detector.
///
/// Every message goes out in the parts in which it came, whatever its dialect. The socket blocks
/// where a subscriber is slow, so that nothing is lost on this side.
public struct RecordingPublisher {
  /// How far it has come.
  public struct Progress: Sendable, Hashable {
    /// Messages sent.
    public var messages = 0
    /// Messages to send.
    public var total = 0
    /// Bytes sent.
    public var bytes = 0
    /// Seconds since the first.
    public var seconds = 0.0
    /// Whether all were sent.
    public var isWhole: Bool { messages == total }
  }

  /// What is to be sent: the recordings of one run in their order.
  public let paths: [String]
  /// At what pace, and from which scan on.
  public let plan: ReplayPlan
  /// Where to bind.
  public let endpoint: String

  /// Prepares.
  ///
  /// - Parameters:
  ///   - paths: The recordings of one run in their order.
  ///   - plan: At what pace, and from which scan on.
  ///   - endpoint: Where to bind, "tcp://127.0.0.1:37013".
  public init(_ paths: [String], plan: ReplayPlan, endpoint: String) {
    self.paths = paths
    self.plan = plan
    self.endpoint = endpoint
  }

  /// Waits for a subscriber and sends everything.
  ///
  /// - Parameters:
  ///   - patience: How long to wait for a subscriber, seconds.
  ///   - isCancelled: Asked before each message.
  ///   - report: Told of each message.
  /// - Returns: What was sent.
  /// - Throws: `StorageError` where the recording cannot be read, `PipelineError` where nobody
  ///   subscribes or there is no such scan, `ZeroMQError` where the endpoint is taken.
  public func send(
    patience: Double,
    isCancelled: () -> Bool,
    report: (Progress) -> Void
  ) throws -> Progress {
    let recordings = try RecordingSeries(paths)
    let start = try plan.firstStart(in: recordings)
    let first = start?.message ?? 0
    let context = try MessagingContext()
    var publisher = try Publisher(
      context,
      bindingTo: endpoint,
      highWaterMark: 40,
      overflow: .block,
      sendTimeoutMilliseconds: 200,
      lingerMilliseconds: 30_000
    )
    guard try waitForSubscriber(&publisher, patience, isCancelled) else {
      guard !isCancelled() else { return Progress() }
      throw PipelineError(
        .output,
        "nobody has subscribed to \(endpoint) within \(Int(patience)) s; start the receiver, or "
          + "wait longer (--wait)"
      )
    }
    var pacing = ReplayPacing(plan.pace)
    var progress = Progress()
    progress.total = recordings.messageCount - first
    let begin = ContinuousClock.now
    // In the other dialects a dark alone would open a scan at the receiver.
    let sendsDarks = recordings.source.dialect == .tiltfold
    var dialect = recordings.source.makeReader()
    for number in 0..<recordings.messageCount where !isCancelled() {
      let message = try recordings.message(number)
      var parts = message.parts
      if number < first {
        let events = (try? dialect.events(in: parts)) ?? []
        if let start, let sidecar = Sidecar.message(parts, from: start.name) {
          parts = sidecar
        } else if !sendsDarks || !events.contains(where: isDark) {
          continue
        }
      } else {
        pacing.wait(until: message.arrival, unless: isCancelled)
      }
      while try !publisher.send(parts) {
        if isCancelled() { break }
      }
      progress.bytes += parts.reduce(0) { $0 + $1.count }
      progress.seconds = (ContinuousClock.now - begin).inSeconds
      progress.messages += number >= first ? 1 : 0
      report(progress)
    }
    // Whoever broke off does not want to wait for a subscriber that has stopped reading.
    if isCancelled() { try publisher.setLinger(milliseconds: 500) }
    return progress
  }

  /// Waits for a subscriber, and a moment longer for the rest of its topics.
  private func waitForSubscriber(
    _ publisher: inout Publisher,
    _ patience: Double,
    _ isCancelled: () -> Bool
  ) throws -> Bool {
    let end = ContinuousClock.now + .seconds(patience)
    var isThere = false
    while ContinuousClock.now < end, !isCancelled() {
      let change = try publisher.receiveSubscription(timeoutMilliseconds: isThere ? 300 : 100)
      if let change { isThere = isThere || change.isSubscribed } else if isThere { return true }
    }
    return isThere
  }

  private func isDark(_ event: AcquisitionEvent) -> Bool {
    guard case .frame(let frame) = event else { return false }
    return frame.header.role == .dark
  }
}
