// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// Brings frame events and raw frames together by their number, whichever comes first.
///
/// Numbers are compared as the camera counts, modulo 65536. Each of the two streams keeps its own
/// order: when a raw frame finds its event, older events without pixels have lost theirs, and older
/// raw frames belong to no scan. Marks (start, stop, abort) wait for the frames before them.
struct FrameJoin {
  /// What becomes of frames that find no partner.
  struct Losses {
    /// Raw frames that no event names: taken between scans, or the event was lost.
    var withoutEvent = 0
    /// Events whose pixels did not come.
    var withoutPixels = 0
  }

  private enum Entry {
    case mark(AcquisitionEvent)
    case waiting(FrameHeader, UInt16)
    case whole(DetectorFrame)
  }

  /// What was lost since it was last asked for.
  var losses = Losses()
  /// Events in their order, from the oldest whose pixels are missing.
  private var entries: [Entry] = []
  /// Raw frames in their order, from the oldest that no event has named.
  private var raw: [RawFrame] = []

  /// Takes a start, a stop or an abort.
  mutating func take(_ mark: AcquisitionEvent) -> [AcquisitionEvent] {
    entries.append(.mark(mark))
    return release()
  }

  /// Takes a frame event.
  ///
  /// - Parameters:
  ///   - header: What the event says of the frame.
  ///   - pixels: Its pixels, where the event has them.
  ///   - number: Its number in the raw stream.
  /// - Returns: What waits for nothing any more.
  mutating func take(
    _ header: FrameHeader,
    pixels: SharedBytes?,
    number: UInt16?
  ) -> [AcquisitionEvent] {
    // The newest of the number: an older one was left over before the counter was reset.
    let place = number.flatMap { number in raw.lastIndex { $0.number == number } }
    if let pixels {
      if let place { drop(rawThrough: place) }
      entries.append(.whole(DetectorFrame(header: header, pixels: pixels)))
    } else if let place {
      entries.append(.whole(whole(header, raw[place])))
      drop(rawThrough: place)
    } else if let number {
      entries.append(.waiting(header, number))
      guard entries.count > Self.entryLimit else { return [] }
      giveUp(before: entries.count / 2)
    } else {
      losses.withoutPixels += 1
    }
    return release()
  }

  /// Takes a raw frame.
  mutating func take(_ frame: RawFrame) -> [AcquisitionEvent] {
    let place = entries.firstIndex {
      if case .waiting(_, frame.number) = $0 { true } else { false }
    }
    guard let place, case .waiting(let header, _) = entries[place] else {
      raw.append(frame)
      if raw.count > Self.rawLimit { dropOldestRaw() }
      return []
    }
    entries[place] = .whole(whole(header, frame))
    // The raw stream is past these.
    giveUp(before: place)
    return release()
  }

  /// Raw frames that wait.
  var rawCount: Int { raw.count }

  private func whole(_ header: FrameHeader, _ frame: RawFrame) -> DetectorFrame {
    var header = header
    header.shape = frame.shape
    header.sampleType = .uint16
    header.wordOrder = .clocks
    return DetectorFrame(header: header, pixels: frame.words)
  }

  private mutating func drop(rawThrough place: Int) {
    losses.withoutEvent += place
    raw.removeFirst(place + 1)
  }

  private mutating func dropOldestRaw() {
    raw.removeFirst()
    losses.withoutEvent += 1
  }

  private mutating func giveUp(before place: Int) {
    let kept = entries[..<place].filter { if case .waiting = $0 { false } else { true } }
    losses.withoutPixels += place - kept.count
    entries.replaceSubrange(..<place, with: kept)
  }

  /// Lets go what waits for nothing.
  private mutating func release() -> [AcquisitionEvent] {
    var released: [AcquisitionEvent] = []
    var kept: [Entry] = []
    var markWaits = false
    for entry in entries {
      switch entry {
      case .waiting: kept.append(entry)
      case .whole(let frame) where !markWaits: released.append(.frame(frame))
      case .mark(let event) where kept.isEmpty: released.append(event)
      case .mark:
        markWaits = true
        kept.append(entry)
      case .whole: kept.append(entry)
      }
    }
    entries = kept
    return released
  }

  /// Raw frames that may wait for an event; they have 2.4 MB each.
  private static let rawLimit = 128
  /// Events that may wait for pixels, with the marks among them.
  private static let entryLimit = 1024
}
