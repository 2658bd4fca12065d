// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Messaging
import WireFormat

/// The thread that owns the outgoing sockets: previews with their last values, and `rec`.
struct PreviewPublisher: ~Copyable {
  /// Where the object goes out in the form of the beamline's display; nil for nowhere.
  let recEndpoint: String?
  private var previews: Publisher
  private var rec: Publisher?
  private let mailbox: PreviewMailbox
  private let board: StatusBoard
  private var interest = PreviewInterest(in: PreviewTopic.allCases.map(\.rawValue))
  private var recInterest = PreviewInterest(in: ["rec"])
  private var lastPreviews = LastPreviews()
  private var lastRec: [SharedBytes]?
  private var sequences: [PreviewTopic: Int] = [:]
  private var nextStatus = ContinuousClock.now
  /// The second in which the run began: a program that was started again has another.
  private let generation = Int(nanosecondsNow() / 1_000_000_000)

  /// Takes the addresses.
  ///
  /// - Throws: `ZeroMQError` where an address is taken, `PipelineError` where a key cannot be read.
  init(
    _ context: MessagingContext,
    configuration: PreviewConfiguration,
    mailbox: PreviewMailbox,
    board: StatusBoard
  ) throws {
    let keys = try configuration.curveKeys()
    let main = try Publisher(
      context,
      bindingTo: configuration.endpoint,
      highWaterMark: 100,
      keys: keys
    )
    var second: Publisher?
    var secondPlace: String?
    if let endpoint = configuration.recEndpoint {
      let bound = try Publisher(context, bindingTo: endpoint, highWaterMark: 20, keys: keys)
      secondPlace = bound.endpoint
      second = consume bound
    }
    recEndpoint = secondPlace
    previews = main
    rec = second
    self.mailbox = mailbox
    self.board = board
  }

  /// Where previews go out, the port spelled out.
  var endpoint: String { previews.endpoint }

  /// Publishes what waits and serves newcomers; returns after about `milliseconds`.
  mutating func work(milliseconds: Int) throws(ZeroMQError) {
    try serveNewcomers(milliseconds: 0)
    try serveRecNewcomers()
    let waiting = mailbox.take()
    for message in waiting.events { try publish(message) }
    for recipe in waiting.previews {
      if let message = recipe() { try publish(message) }
    }
    if let recipe = waiting.rec {
      let parts = recipe()
      lastRec = parts
      _ = try rec?.send(parts)
    }
    if ContinuousClock.now >= nextStatus {
      nextStatus = .now + Self.statusInterval
      board.update { $0.previewsSkipped = mailbox.skippedCount }
      try publish(PreviewMessage(status: board.status))
    }
    try serveNewcomers(milliseconds: milliseconds)
  }

  /// Sends the last values of each topic to those who have just subscribed to it.
  private mutating func serveNewcomers(milliseconds: Int) throws(ZeroMQError) {
    var timeout = milliseconds
    while let change = try previews.receiveSubscription(timeoutMilliseconds: timeout) {
      timeout = 0
      interest.note(change)
      tellInterest()
      guard change.isSubscribed else { continue }
      for topic in PreviewTopic.allCases where change.covers(topic.rawValue) {
        for parts in lastPreviews[topic] { _ = try previews.send(parts) }
      }
    }
  }

  private mutating func serveRecNewcomers() throws(ZeroMQError) {
    while let change = try rec?.receiveSubscription(timeoutMilliseconds: 0) {
      recInterest.note(change)
      tellInterest()
      if change.isSubscribed, change.covers("rec"), let lastRec { _ = try rec?.send(lastRec) }
    }
  }

  /// Lets what nobody follows be left unmade.
  private func tellInterest() {
    mailbox.setWanted(
      Set(PreviewTopic.allCases.filter { interest.covers($0.rawValue) }),
      rec: recInterest.covers("rec")
    )
  }

  /// Publishes what still waits and the last status.
  mutating func finish() throws(ZeroMQError) {
    nextStatus = .now
    try work(milliseconds: 0)
  }

  private mutating func publish(_ message: PreviewMessage) throws(ZeroMQError) {
    var message = message
    message.header.generation = generation
    message.header.sequence = sequences[message.topic, default: 0]
    sequences[message.topic] = message.header.sequence + 1
    let parts = message.encode()
    lastPreviews.keep(parts, in: PreviewSlot(of: message))
    _ = try previews.send(parts)
  }

  private static let statusInterval = Duration.milliseconds(500)
}
