// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Imaging
import Messaging
import WireFormat

/// The thread that owns the outgoing sockets: previews with their last values, and `rec`.
///
/// Listeners in this process get every preview, too; without sockets they are the only ones.
struct PreviewPublisher: ~Copyable {
  /// Where previews go out, the port spelled out; nil where they go to listeners alone.
  let endpoint: String?
  private var previews: Publisher?
  private var rec: Publisher?
  private let mailbox: PreviewMailbox
  private let board: StatusBoard
  private let listeners: [any PreviewListener]
  private var lastValues: [PreviewTopic: [SharedBytes]] = [:]
  private var lastRec: [SharedBytes]?
  private var sequences: [PreviewTopic: Int] = [:]
  private var nextStatus = ContinuousClock.now

  /// Takes the addresses.
  ///
  /// - Throws: `ZeroMQError` where an address is taken, `PipelineError` where a key cannot be read.
  init(
    _ context: MessagingContext,
    configuration: PreviewConfiguration,
    mailbox: PreviewMailbox,
    board: StatusBoard,
    listeners: [any PreviewListener]
  ) throws {
    var main: Publisher?
    var second: Publisher?
    var place: String?
    if configuration.isEnabled {
      let keys = try configuration.curveKeys()
      let bound = try Publisher(
        context,
        bindingTo: configuration.endpoint,
        highWaterMark: 100,
        keys: keys
      )
      place = bound.endpoint
      main = consume bound
      if let endpoint = configuration.recEndpoint {
        second = try Publisher(context, bindingTo: endpoint, highWaterMark: 20, keys: keys)
      }
    }
    endpoint = place
    previews = main
    rec = second
    self.mailbox = mailbox
    self.board = board
    self.listeners = listeners
  }

  /// Publishes what waits and serves newcomers; returns after about `milliseconds`.
  mutating func work(milliseconds: Int) throws(ZeroMQError) {
    try serveNewcomers(milliseconds: 0)
    while let change = try rec?.receiveSubscription(timeoutMilliseconds: 0) {
      if change.isSubscribed, let lastRec { _ = try rec?.send(lastRec) }
    }
    let waiting = mailbox.take()
    for message in waiting.previews { try publish(message) }
    if let parts = waiting.rec {
      lastRec = parts
      _ = try rec?.send(parts)
    }
    if ContinuousClock.now >= nextStatus {
      nextStatus = .now + .milliseconds(500)
      board.update { $0.previewsSkipped = mailbox.skippedCount }
      try publish(PreviewMessage(status: board.status))
    }
    if endpoint == nil {
      Thread.sleep(forTimeInterval: Double(milliseconds) * 1e-3)
    } else {
      try serveNewcomers(milliseconds: milliseconds)
    }
  }

  /// Sends the last value of each topic to those who have just subscribed to it.
  private mutating func serveNewcomers(milliseconds: Int) throws(ZeroMQError) {
    var timeout = milliseconds
    while let change = try previews?.receiveSubscription(timeoutMilliseconds: timeout) {
      timeout = 0
      guard change.isSubscribed else { continue }
      for topic in PreviewTopic.allCases where change.covers(topic.rawValue) {
        if let parts = lastValues[topic] { _ = try previews?.send(parts) }
      }
    }
  }

  /// Publishes what still waits and the last status.
  mutating func finish() throws(ZeroMQError) {
    nextStatus = .now
    try work(milliseconds: 0)
  }

  private mutating func publish(_ message: PreviewMessage) throws(ZeroMQError) {
    var message = message
    message.header.sequence = sequences[message.topic, default: 0]
    sequences[message.topic] = message.header.sequence + 1
    let parts = message.encode()
    for listener in listeners { listener.receive(topic: message.topic, parts: parts) }
    guard endpoint != nil else { return }
    lastValues[message.topic] = parts
    _ = try previews?.send(parts)
  }
}
