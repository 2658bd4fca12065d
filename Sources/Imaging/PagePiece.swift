// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// A piece of a slab: the elements of one array.
@safe
@usableFromInline final class PagePiece: @unchecked Sendable {
  // Sendable by hand: whoever writes has the only reference, and `start` never changes.

  @usableFromInline let start: UnsafeMutableRawPointer
  private let slab: PageSlab

  /// Takes bytes.
  ///
  /// - Parameters:
  ///   - bytes: How many.
  ///   - pageOffset: Where in a page of 4096 bytes to begin; at the next cache line where nil.
  @usableFromInline init(bytes: Int, pageOffset: Int?) {
    let (slab, offset) = cutter.withLock { $0.cut(bytes, pageOffset) }
    self.slab = slab
    unsafe start = unsafe slab.base + offset
  }
}
