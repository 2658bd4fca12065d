// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// The slab that pieces are cut from at present.
struct SlabCutter: Sendable {
  /// Kept by its pieces alone.
  private weak var slab: PageSlab?
  private var used = 0

  mutating func cut(_ bytes: Int, _ pageOffset: Int?) -> (PageSlab, Int) {
    guard bytes <= PageSlab.size / 2 else {
      let own = PageSlab(atLeast: bytes + 4096)
      return (own, pageOffset ?? 0)
    }
    let line = 64
    let page = 4096
    var offset = (used + line - 1) & ~(line - 1)
    if let pageOffset { offset += (pageOffset - offset) & (page - 1) }
    if let slab, offset + bytes <= PageSlab.size {
      used = offset + bytes
      return (slab, offset)
    }
    let next = PageSlab(atLeast: PageSlab.size)
    slab = next
    used = (pageOffset ?? 0) + bytes
    return (next, pageOffset ?? 0)
  }
}

/// The one of the process, as the allocator it stands in for: it decides where arrays lie and nothing
/// that they hold.
let cutter = Mutex(SlabCutter())
