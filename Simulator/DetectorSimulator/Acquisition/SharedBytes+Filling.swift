// SPDX-License-Identifier: BSD-3-Clause

import Imaging

extension SharedBytes {
  /// Makes memory for `count` elements and lets `fill` write all of them; little-endian, as the
  /// machines that this runs on.
  convenience init<Element: BitwiseCopyable>(
    count: Int,
    fill: (inout MutableSpan<Element>) -> Void
  ) {
    let byteCount = count * MemoryLayout<Element>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 1), alignment: 16)
    let elements = unsafe memory.bindMemory(to: Element.self, capacity: count)
    var span = unsafe MutableSpan(_unsafeStart: elements, count: count)
    fill(&span)
    // The address as a number, because a raw pointer is not Sendable; it comes back once, here.
    let address = UInt(bitPattern: memory)
    unsafe self.init(unsafeBase: memory, count: byteCount) {
      unsafe UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
    }
  }
}
