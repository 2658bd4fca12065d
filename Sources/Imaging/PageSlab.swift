// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// Memory in pages of two megabytes, from which arrays are cut one after the other.
///
/// A solver goes through tens of megabytes in each iteration, in pieces of a few rows. With pages of
/// 4 kB the processor would look up the place of one in every piece, which takes as long as the work
/// on it. Where the system grants no large pages, small ones serve.
@safe
final class PageSlab: @unchecked Sendable {
  // Sendable by hand: the slab itself is only an address; its pieces belong to one array each.

  /// Bytes of a slab, of which the system gives those that are used.
  static let size = 32 << 20
  private static let hugePage = 2 << 20

  /// Where it begins, at a multiple of a large page.
  let base: UnsafeMutableRawPointer
  private let mapping: UnsafeMutableRawPointer
  private let length: Int

  /// Takes memory for at least so many bytes; ends the program where there is none.
  init(atLeast bytes: Int) {
    length = (bytes + 2 * Self.hugePage - 1) & ~(Self.hugePage - 1)
    let mapped = unsafe mmap(
      nil,
      length,
      PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS,
      -1,
      0
    )
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      fatalError("no memory for \(bytes) bytes")
    }
    unsafe mapping = mapped
    let gap = -Int(bitPattern: mapped) & (Self.hugePage - 1)
    unsafe base = mapped + gap
    // Without large pages all is as before, only slower.
    _ = unsafe madvise(base, length - Self.hugePage, MADV_HUGEPAGE)
  }

  deinit { unsafe munmap(mapping, length) }
}
