// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// Asks the system to back memory by large pages when it is touched for the first time.
///
/// A new volume of 64 MiB is 16,000 pages of 4 kB, each of which the system hands out by itself; in large
/// pages it is 32. Where there are none, everything is as before.
///
/// - Parameter memory: The memory, not touched yet; its ends stay in small pages.
public func askForLargePages(_ memory: UnsafeMutableRawBufferPointer) {
  let page = 2 << 20
  guard let base = memory.baseAddress, memory.count >= 2 * page else { return }
  let gap = -Int(bitPattern: base) & (page - 1)
  let length = (memory.count - gap) & ~(page - 1)
  _ = unsafe madvise(base + gap, length, MADV_HUGEPAGE)
}
