// SPDX-License-Identifier: BSD-3-Clause

/// A queue of values in the order of their coming, without locks.
struct Fifo<Element> {
  private var items: [Element?] = []
  private var head = 0

  /// The number of values in it.
  var count: Int { items.count - head }

  /// The value that came first.
  var first: Element? { head < items.count ? items[head] : nil }

  /// Adds a value at the end.
  mutating func append(_ element: Element) { items.append(element) }

  /// Takes the value that came first.
  mutating func popFirst() -> Element? {
    guard head < items.count else { return nil }
    let element = items[head]
    items[head] = nil
    head += 1
    // The places of what was taken are given back now and then, so that each take stays cheap.
    if head > 64, 2 * head > items.count {
      items.removeFirst(head)
      head = 0
    }
    return element
  }
}
