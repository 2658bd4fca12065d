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
  /// Where the object goes out in the form of the beamline's display; nil for nowhere.
  let recEndpoint: String?
  private var previews: Publisher?
  private var rec: Publisher?
  private let mailbox: PreviewMailbox
  private let board: StatusBoard
  private let listeners: [any PreviewListener]
  /// Whether anybody follows one of them.
  private var isListenedTo = false
  private var interest = PreviewInterest(in: PreviewTopic.allCases.map(\.rawValue))
  private var recInterest = PreviewInterest(in: ["rec"])
  private var lastPreviews = LastPreviews()
  private var lastRec: [SharedBytes]?
  private var sequences: [PreviewTopic: Int] = [:]
  private var nextStatus = ContinuousClock.now
  private var nextMaps = ContinuousClock.now
  /// The topics whose last values somebody waits for.
  private var owed: Set<PreviewTopic> = []
  private var nextService = ContinuousClock.now
  private let mapInterval: Duration
  /// The second in which the run began: a program that was started again has another.
  private let generation = Int(nanosecondsNow() / 1_000_000_000)

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
    var secondPlace: String?
    if configuration.isEnabled {
      let keys = try configuration.curveKeys()
      let bound = try TakenAddress.explaining("previews.bind") {
        try Publisher(
          context,
          bindingTo: configuration.endpoint,
          highWaterMark: 100,
          keys: keys
        )
      }
      place = bound.endpoint
      main = consume bound
      if let endpoint = configuration.recEndpoint {
        let other = try TakenAddress.explaining("previews.rec_bind") {
          try Publisher(context, bindingTo: endpoint, highWaterMark: 20, keys: keys)
        }
        secondPlace = other.endpoint
        second = consume other
      }
    }
    endpoint = place
    recEndpoint = secondPlace
    previews = main
    rec = second
    mapInterval = .seconds(1 / configuration.mapRate)
    self.mailbox = mailbox
    self.board = board
    self.listeners = listeners
    tellInterest()
  }

  /// Publishes what waits and serves newcomers; returns after about `milliseconds`.
  mutating func work(milliseconds: Int) throws(ZeroMQError) {
    noteListeners()
    try serveNewcomers(milliseconds: 0)
    try serveRecNewcomers()
    try publishMaps()
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
    // A map that falls due meanwhile is not kept waiting.
    let untilMaps = (nextMaps - .now) / .milliseconds(1)
    let patience = untilMaps > 0 ? min(milliseconds, Int(untilMaps) + 1) : milliseconds
    if endpoint == nil {
      Thread.sleep(forTimeInterval: Double(patience) * 1e-3)
    } else {
      try serveNewcomers(milliseconds: patience)
    }
  }

  /// Publishes the maps that have changed, when they may go out again, and counts how long their
  /// frames took to get there.
  private mutating func publishMaps() throws(ZeroMQError) {
    guard ContinuousClock.now >= nextMaps else { return }
    for make in mailbox.takeMaps() {
      guard let map = make() else { continue }
      nextMaps = .now + mapInterval
      try publish(map.message)
      board.latency.noteShown(map.received)
    }
  }

  /// Sends the last values of each topic to those who have just subscribed to it.
  private mutating func serveNewcomers(milliseconds: Int) throws(ZeroMQError) {
    var timeout = owed.isEmpty ? milliseconds : min(milliseconds, 20)
    var changes = 0
    // Whoever comes and goes without end keeps nobody else waiting.
    while changes < Self.changesAtOnce,
      let change = try previews?.receiveSubscription(timeoutMilliseconds: timeout)
    {
      (timeout, changes) = (0, changes + 1)
      interest.note(change)
      guard change.isSubscribed else { continue }
      owed.formUnion(PreviewTopic.allCases.filter { change.covers($0.rawValue) })
    }
    if changes > 0 { tellInterest() }
    guard !owed.isEmpty, ContinuousClock.now >= nextService else { return }
    // Last values go to all who follow a topic: once for all who came meanwhile.
    for topic in PreviewTopic.allCases where owed.contains(topic) {
      for parts in lastPreviews[topic] { _ = try previews?.send(parts) }
    }
    owed = []
    nextService = .now + .milliseconds(100)
  }

  /// Changes of subscriptions that are taken before other things have their turn.
  private static let changesAtOnce = 256

  private mutating func serveRecNewcomers() throws(ZeroMQError) {
    while let change = try rec?.receiveSubscription(timeoutMilliseconds: 0) {
      recInterest.note(change)
      tellInterest()
      if change.isSubscribed, change.covers("rec"), let lastRec { _ = try rec?.send(lastRec) }
    }
  }

  /// Takes note of listeners that somebody begins to follow, or nobody follows any more.
  private mutating func noteListeners() {
    let isFollowed = listeners.contains(where: \.isFollowed)
    guard isFollowed != isListenedTo else { return }
    isListenedTo = isFollowed
    tellInterest()
  }

  /// Lets what nobody follows be left unmade.
  private func tellInterest() {
    mailbox.setWanted(
      Set(PreviewTopic.allCases.filter { isListenedTo || interest.covers($0.rawValue) }),
      rec: recInterest.covers("rec")
    )
  }

  /// Publishes what still waits and the last status.
  mutating func finish() throws(ZeroMQError) {
    nextStatus = .now
    nextMaps = .now
    nextService = .now
    try work(milliseconds: 0)
  }

  private mutating func publish(_ message: PreviewMessage) throws(ZeroMQError) {
    var message = message
    message.header.generation = generation
    message.header.sequence = sequences[message.topic, default: 0]
    sequences[message.topic] = message.header.sequence + 1
    let parts = message.encode()
    for listener in listeners { listener.receive(topic: message.topic, parts: parts) }
    guard endpoint != nil else { return }
    lastPreviews.keep(parts, in: PreviewSlot(of: message))
    _ = try previews?.send(parts)
  }

  private static let statusInterval = Duration.milliseconds(500)
}
