// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Synchronization
import WireFormat

/// Previews on their way to the publisher: of each topic the newest, and every event.
///
/// Offering never waits. What is not fetched before something newer comes is skipped and counted.
final class PreviewMailbox: Sendable {
  private struct Content {
    var waiting: [PreviewTopic: PreviewMessage] = [:]
    var events: [PreviewMessage] = []
    var rec: [SharedBytes]?
    var maps: [(scan: String, make: ScanMap.Making)] = []
    var offered: [PreviewTopic: ContinuousClock.Instant] = [:]
    var skipped = 0
  }

  private let content = Mutex(Content())
  private let interval: Duration
  /// Whether anybody publishes.
  let isOpen: Bool

  /// Makes a mailbox.
  ///
  /// - Parameters:
  ///   - isOpen: Whether anybody publishes; if not, nothing is due and nothing is kept.
  ///   - maximumRate: How often a topic is due at most, 1/s.
  init(isOpen: Bool, maximumRate: Double) {
    self.isOpen = isOpen
    interval = .seconds(1 / maximumRate)
  }

  /// Previews that gave way to newer ones.
  var skippedCount: Int { content.withLock { $0.skipped } }

  /// Whether a topic may be offered again; asked before an array is made for it.
  func isDue(_ topic: PreviewTopic) -> Bool {
    guard isOpen else { return false }
    let now = ContinuousClock.now
    return content.withLock { $0.offered[topic].map { now - $0 >= interval } ?? true }
  }

  /// Offers a preview.
  func offer(_ message: PreviewMessage) {
    guard isOpen else { return }
    let now = ContinuousClock.now
    content.withLock { content in
      content.offered[message.topic] = now
      if content.waiting.updateValue(message, forKey: message.topic) != nil { content.skipped += 1 }
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
  func offer(rec parts: [SharedBytes]) {
    guard isOpen else { return }
    content.withLock { $0.rec = parts }
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

  /// Takes everything else that waits.
  func take() -> (previews: [PreviewMessage], rec: [SharedBytes]?) {
    content.withLock { content in
      let previews =
        content.events
        + content.waiting.values.sorted { $0.topic.rawValue < $1.topic.rawValue }
      let rec = content.rec
      content.waiting = [:]
      content.events = []
      content.rec = nil
      return (previews, rec)
    }
  }
}
