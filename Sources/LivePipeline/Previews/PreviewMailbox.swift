// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Synchronization
import WireFormat

/// Previews on their way to the publisher: of each slot the newest, and every event.
///
/// Offering never waits. What is offered may be a recipe, which the publisher follows when somebody
/// wants to see it; until then the newest one is kept. What was wanted and is not fetched before
/// something newer comes is skipped and counted.
final class PreviewMailbox: Sendable {
  /// Makes a preview on the publisher's thread; nil where there is nothing to show.
  typealias Recipe = @Sendable () -> PreviewMessage?
  /// Makes a message for the beamline's display on the publisher's thread.
  typealias RecRecipe = @Sendable () -> [SharedBytes]

  private struct Content {
    var waiting: [PreviewSlot: Recipe] = [:]
    var events: [PreviewMessage] = []
    var maps: [(scan: String, make: ScanMap.Making)] = []
    var rec: RecRecipe?
    var offered: [PreviewSlot: ContinuousClock.Instant] = [:]
    var wanted: Set<PreviewTopic> = []
    var isRecWanted = false
    /// Topics that were not made because nobody wanted them.
    var unmade: Set<PreviewTopic> = []
    var skipped = 0
  }

  private let content = Mutex(Content())
  private let rates: PreviewRates
  /// Whether anybody publishes; if not, nothing is due and nothing is kept.
  let isOpen: Bool

  /// Makes a mailbox.
  ///
  /// - Parameters:
  ///   - isOpen: Whether anybody publishes.
  ///   - rates: How often topics may be made.
  init(isOpen: Bool, rates: PreviewRates = PreviewRates()) {
    self.isOpen = isOpen
    self.rates = rates
  }

  /// Previews that gave way to newer ones.
  var skippedCount: Int { content.withLock { $0.skipped } }

  // MARK: - What is wanted

  /// Says which topics somebody follows.
  func setWanted(_ topics: Set<PreviewTopic>, rec: Bool) {
    content.withLock { content in
      content.wanted = topics
      content.isRecWanted = rec
    }
  }

  /// Whether somebody follows a topic; asked before anything is made for it.
  ///
  /// Of tomograms, what nobody followed is made as soon as somebody does (`isAskedFor`).
  func isWanted(_ topic: PreviewTopic) -> Bool {
    guard isOpen else { return false }
    return content.withLock { content in
      if content.wanted.contains(topic) { return true }
      if Self.topicsOfTomograms.contains(topic) { content.unmade.insert(topic) }
      return false
    }
  }

  /// Whether somebody follows the object in the form of the beamline's display.
  var isRecWanted: Bool { isOpen && content.withLock { $0.isRecWanted } }

  /// Whether somebody follows a topic by now that was not made before.
  var isAskedFor: Bool {
    isOpen && content.withLock { !$0.unmade.isDisjoint(with: $0.wanted) }
  }

  /// Takes the topics that were not made before and are followed by now.
  func takeAskedFor() -> Set<PreviewTopic> {
    content.withLock { content in
      let topics = content.unmade.intersection(content.wanted)
      content.unmade.subtract(topics)
      return topics
    }
  }

  /// Whether the rate of a topic allows another of its previews.
  func mayFollow(_ topic: PreviewTopic, energy: PhotonEnergy? = nil) -> Bool {
    guard isOpen else { return false }
    let now = ContinuousClock.now
    let slot = PreviewSlot(topic, energy: energy)
    let interval = rates.interval(of: topic)
    return content.withLock { $0.offered[slot].map { now - $0 >= interval } ?? true }
  }

  /// Whether a preview is to be made: somebody follows its topic, whose rate allows it.
  func isDue(_ topic: PreviewTopic, energy: PhotonEnergy? = nil) -> Bool {
    isWanted(topic) && mayFollow(topic, energy: energy)
  }

  // MARK: - What is offered

  /// Offers a preview.
  func offer(_ message: PreviewMessage) {
    offer(message.topic, energy: message.header.energy) { message }
  }

  /// Offers a preview that is made when it goes out.
  ///
  /// - Parameters:
  ///   - topic: What it shows.
  ///   - energy: The photon energy, where it is about one.
  ///   - recipe: Makes it; keeps what it needs for as long as nobody wants it.
  func offer(_ topic: PreviewTopic, energy: PhotonEnergy? = nil, _ recipe: @escaping Recipe) {
    guard isOpen else { return }
    let now = ContinuousClock.now
    let slot = PreviewSlot(topic, energy: energy)
    content.withLock { content in
      content.offered[slot] = now
      let before = content.waiting.updateValue(recipe, forKey: slot)
      if before != nil, content.wanted.contains(topic) { content.skipped += 1 }
    }
  }

  /// Offers an event; none is skipped, but for a flood.
  func offer(event: RunEvent) {
    guard isOpen else { return }
    var header = PreviewHeader(sequence: 0)
    header.scan = event.scan
    header.timestamp = nanosecondsNow()
    header.text = ["message": event.message, "severity": event.severity.rawValue]
    let message = PreviewMessage(topic: .event, header: header)
    content.withLock { content in
      guard content.events.count < 1000 else {
        content.skipped += 1
        return
      }
      content.events.append(message)
    }
  }

  /// Offers the object in the form of the beamline's display.
  func offer(rec recipe: @escaping RecRecipe) {
    guard isOpen else { return }
    content.withLock { $0.rec = recipe }
  }

  /// Says that a scan's map has changed.
  ///
  /// - Parameters:
  ///   - scan: The scan's key; a map that waits already is not offered twice.
  ///   - make: Makes the map, on the publisher's thread, when it goes out.
  func offer(map scan: String, _ make: @escaping ScanMap.Making) {
    guard isOpen else { return }
    content.withLock { content in
      guard !content.maps.contains(where: { $0.scan == scan }) else { return }
      content.maps.append((scan, make))
    }
  }

  /// Takes the maps that have changed, in the order in which their scans came.
  func takeMaps() -> [ScanMap.Making] {
    content.withLock { content in
      defer { content.maps = [] }
      return content.maps.map(\.make)
    }
  }

  // MARK: - For the publisher

  /// Takes all events, and what waits of that which somebody follows.
  func take() -> (events: [PreviewMessage], previews: [Recipe], rec: RecRecipe?) {
    content.withLock { content in
      let slots = content.waiting.keys.filter { content.wanted.contains($0.topic) }.sorted()
      let previews = slots.compactMap { content.waiting.removeValue(forKey: $0) }
      let events = content.events
      content.events = []
      guard content.isRecWanted else { return (events, previews, nil) }
      defer { content.rec = nil }
      return (events, previews, content.rec)
    }
  }

  private static let topicsOfTomograms: Set<PreviewTopic> = [
    .volume, .chemistry, .histogram, .alignment,
  ]
}
