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

extension SharedBytes {
  /// Copies pieces one behind the other.
  convenience init(joining pieces: [SharedBytes]) {
    let byteCount = pieces.reduce(0) { $0 + $1.count }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 1), alignment: 16)
    var start = 0
    for piece in pieces {
      piece.withBytes { bytes in
        unsafe bytes.withUnsafeBytes { source in
          guard let address = source.baseAddress else { return }
          unsafe (memory + start).copyMemory(from: address, byteCount: source.count)
        }
      }
      start += piece.count
    }
    // The address as a number, because a raw pointer is not Sendable; it comes back once, here.
    let address = UInt(bitPattern: memory)
    unsafe self.init(unsafeBase: memory, count: byteCount) {
      unsafe UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
    }
  }
}
