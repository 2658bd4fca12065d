// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Synchronization

/// What one page has had, and what is meant for it alone.
struct PageCursor {
  /// What it had of each slot: the value's number, and how many had come by then.
  var seen: [PreviewHub.Slot: (version: Int, count: Int)] = [:]
  /// The number of the next event.
  var nextEvent = 0
  /// Whole frames for this page alone: answers, pings.
  var own: [Data] = []
  /// Whether it is to be ended.
  var isClosed = false
  /// The page's writer, where it waits for something new.
  var waiter: CheckedContinuation<Void, Never>?
}

extension PreviewHub {
  /// What a page's writer does next.
  enum Step {
    case send(Data)
    /// There will be nothing more: the run is over, or the page has gone.
    case end(isOver: Bool)
  }

  /// Lets a page in.
  ///
  /// - Parameter limit: How many there may be.
  /// - Returns: The page's number; nil where there are so many already.
  func open(limit: Int) -> Int? {
    content.withLock { content in
      guard content.pages.count < limit, !content.isEnding else { return nil }
      let id = content.nextPage
      content.nextPage += 1
      content.pages[id] = PageCursor(nextEvent: content.firstEvent)
      return id
    }
  }

  /// Forgets a page.
  func close(_ id: Int) {
    let waiter = content.withLock { $0.pages.removeValue(forKey: id)?.waiter }
    waiter?.resume()
  }

  /// Ends a page when its writer has sent what is meant for it alone.
  func finish(_ id: Int) { wake(id) { $0.isClosed = true } }

  /// Sends a page a frame of its own; false where too many of them wait.
  func post(_ frame: Data, to id: Int) -> Bool {
    var isTaken = false
    wake(id) { page in
      guard page.own.count < Self.ownLimit else { return }
      page.own.append(frame)
      isTaken = true
    }
    return isTaken
  }

  /// Sends every page a frame.
  func postToAll(_ frame: Data) {
    for id in content.withLock({ Array($0.pages.keys) }) { _ = post(frame, to: id) }
  }

  /// Counts a page that took nothing for too long.
  func countDropped() { content.withLock { $0.figures.dropped += 1 } }

  /// Waits for something that the page has not had.
  ///
  /// Answers come first, then events, then the value that has waited longest.
  func next(for id: Int) async -> Step {
    while true {
      if let step = content.withLock({ $0.step(for: id) }) {
        switch step {
        case .own(let data): return .send(data)
        // Made here, outside of the lock that the publisher needs.
        case .frame(let frame):
          let bytes = frame.bytes
          content.withLock { $0.figures.sentBytes += bytes.count }
          return .send(bytes)
        case .end(let isOver): return .end(isOver: isOver)
        }
      }
      await withCheckedContinuation { continuation in
        let isReady = content.withLock { content in
          guard content.pages[id] != nil, !content.hasNews(for: id) else { return true }
          content.pages[id]?.waiter = continuation
          return false
        }
        if isReady { continuation.resume() }
      }
    }
  }

  private func wake(_ id: Int, _ change: (inout PageCursor) -> Void) {
    let waiter = content.withLock { content -> CheckedContinuation<Void, Never>? in
      guard var page = content.pages[id] else { return nil }
      change(&page)
      let waiter = page.waiter
      page.waiter = nil
      content.pages[id] = page
      return waiter
    }
    waiter?.resume()
  }

  private static let ownLimit = 32
}

extension PreviewHub.Content {
  enum Found {
    case own(Data)
    case frame(PreviewFrame)
    case end(isOver: Bool)
  }

  func hasNews(for id: Int) -> Bool {
    guard let page = pages[id] else { return true }
    return page.isClosed || isEnding || !page.own.isEmpty
      || page.nextEvent < firstEvent + events.count || oldestNews(for: page) != nil
  }

  /// What a page has not had; nil where it has had everything.
  mutating func step(for id: Int) -> Found? {
    guard var page = pages[id] else { return .end(isOver: false) }
    defer { pages[id] = page }
    if !page.own.isEmpty { return .own(page.own.removeFirst()) }
    if page.isClosed { return .end(isOver: false) }
    page.nextEvent = max(page.nextEvent, firstEvent)
    if page.nextEvent < firstEvent + events.count {
      let event = events[page.nextEvent - firstEvent]
      page.nextEvent += 1
      figures.sent += 1
      return .frame(event)
    }
    if let (slot, value) = oldestNews(for: page) {
      if let before = page.seen[slot] { figures.skipped += value.count - before.count - 1 }
      page.seen[slot] = (value.version, value.count)
      figures.sent += 1
      return .frame(value.frame)
    }
    return isEnding ? .end(isOver: true) : nil
  }

  /// The value that has waited longest, of those that a page has not had.
  private func oldestNews(
    for page: PageCursor
  ) -> (slot: PreviewHub.Slot, value: PreviewHub.Value)? {
    var oldest: (slot: PreviewHub.Slot, value: PreviewHub.Value)?
    for (slot, value) in values where value.version != page.seen[slot]?.version {
      if oldest.map({ value.version < $0.value.version }) ?? true { oldest = (slot, value) }
    }
    return oldest
  }
}
