// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
package import Imaging
import Synchronization
package import WireFormat

/// Keeps the last values and the last events, and gives every page what it has not had yet.
///
/// Publishing costs the same however many pages there are: a value is put in its place with a
/// number, and pages that wait are woken. A page has no queue of its own, only the numbers of what it
/// had; so that one that reads slowly finds the newest of each topic whenever it comes, and holds
/// nothing up.
package final class PreviewHub: Sendable {
  /// What there is one last value of: a topic, and where it has several, an energy.
  struct Slot: Hashable {
    var topic: PreviewTopic
    var energy: Double?
  }

  struct Value {
    var frame: PreviewFrame
    /// Grows with everything that comes.
    var version: Int
    /// How many came in this slot.
    var count: Int
  }

  struct Content {
    var values: [Slot: Value] = [:]
    var version = 0
    /// The last events; the first of them is number `firstEvent`.
    var events: [PreviewFrame] = []
    var firstEvent = 0
    var pages: [Int: PageCursor] = [:]
    var nextPage = 0
    var isEnding = false
    var figures = StreamFigures()
  }

  let content = Mutex(Content())

  /// Makes a hub that knows nothing yet.
  package init() {}

  /// Takes a preview; returns at once, from any thread.
  ///
  /// - Parameters:
  ///   - topic: What it shows.
  ///   - parts: The encoded message: topic, JSON, arrays. The memory is shared, not copied.
  package func receive(topic: PreviewTopic, parts: [SharedBytes]) {
    guard parts.count >= 2, parts[1].count > 2 else { return }
    let frame = PreviewFrame(topic: topic, parts: parts)
    var slot = Slot(topic: topic)
    var severity: String?
    switch topic {
    case .volume, .projection, .chemistry:
      let header = try? PreviewMessage.decode(parts).header
      slot.energy = header?.energyIndex.map(Double.init) ?? header?.energy?.electronVolts
    case .event: severity = (try? PreviewMessage.decode(parts))?.header.text["severity"]
    default: break
    }
    let waiting = content.withLock { content in
      if topic == .event {
        content.add(event: frame, severity: severity ?? "info")
      } else {
        content.put(frame, in: slot)
      }
      return content.takeWaiting()
    }
    for page in waiting { page.resume() }
  }

  /// The newest value of a topic that has one for all energies; nil before there is one.
  package func newest(_ topic: PreviewTopic) -> PreviewFrame? {
    content.withLock { $0.values[Slot(topic: topic)]?.frame }
  }

  /// Whether a page is open.
  package var hasPages: Bool { content.withLock { !$0.pages.isEmpty } }

  /// What went to pages so far.
  package var figures: StreamFigures {
    content.withLock { content in
      var figures = content.figures
      figures.pages = content.pages.count
      return figures
    }
  }

  /// Lets pages have what is there, and then end.
  func end() {
    let waiting = content.withLock { content in
      content.isEnding = true
      return content.takeWaiting()
    }
    for page in waiting { page.resume() }
  }
}

/// Counts of what went to pages.
package struct StreamFigures: Sendable {
  /// Pages that are open.
  package var pages = 0
  /// Frames that were sent.
  package var sent = 0
  /// Their bytes.
  package var sentBytes = 0
  /// Previews that a page did not get because something newer had come before it could read.
  package var skipped = 0
  /// Pages that took nothing for so long that they were let go.
  package var dropped = 0
  /// Events by severity.
  package var events: [String: Int] = [:]

  /// Starts at zero.
  package init() {}
}

extension PreviewHub.Content {
  mutating func put(_ frame: PreviewFrame, in slot: PreviewHub.Slot) {
    version += 1
    let count = (values[slot]?.count ?? 0) + 1
    values[slot] = PreviewHub.Value(frame: frame, version: version, count: count)
    let energies = values.filter { $0.key.topic == slot.topic }
    guard energies.count > Self.energyLimit,
      let oldest = energies.min(by: { $0.value.version < $1.value.version })?.key
    else { return }
    values[oldest] = nil
    for id in pages.keys { pages[id]?.seen[oldest] = nil }
  }

  mutating func add(event: PreviewFrame, severity: String) {
    figures.events[severity, default: 0] += 1
    events.append(event)
    guard events.count > Self.eventLimit else { return }
    events.removeFirst()
    firstEvent += 1
  }

  /// The pages that wait, which do so no more.
  mutating func takeWaiting() -> [CheckedContinuation<Void, Never>] {
    var waiting: [CheckedContinuation<Void, Never>] = []
    for id in pages.keys {
      if let page = pages[id]?.waiter { waiting.append(page) }
      pages[id]?.waiter = nil
    }
    return waiting
  }

  /// Events that a newcomer gets.
  static let eventLimit = 200
  /// Energies whose last values are kept, for each topic.
  private static let energyLimit = 16
}
