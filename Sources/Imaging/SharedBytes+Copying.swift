// SPDX-License-Identifier: BSD-3-Clause

extension SharedBytes {
  /// Copies a span of bytes.
  public convenience init(copying bytes: RawSpan) {
    let copy = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.byteCount, 1), alignment: 16)
    unsafe bytes.withUnsafeBytes { source in
      if let address = source.baseAddress {
        unsafe copy.copyMemory(from: address, byteCount: source.count)
      }
    }
    // The address as a number, because a raw pointer is not Sendable; it comes back once, here.
    let address = UInt(bitPattern: copy)
    unsafe self.init(unsafeBase: copy, count: bytes.byteCount) {
      unsafe UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
    }
  }

  /// Copies numbers, in the byte order of this machine.
  public convenience init<Element: BitwiseCopyable>(copying elements: [Element]) {
    // Unsafe only for types with padding; numbers have none.
    self.init(copying: unsafe elements.span.bytes)
  }

  /// Copies a text as UTF-8.
  public convenience init(_ text: String) {
    self.init(Array(text.utf8))
  }

  /// The bytes as numbers in the byte order of this machine, at any alignment.
  ///
  /// Trailing bytes that fill no number are left out. For number types only: any pattern of bits
  /// must be a value of `Element`.
  public func elements<Element: BitwiseCopyable>(as type: Element.Type) -> [Element] {
    let count = count / MemoryLayout<Element>.stride
    return unsafe [Element](unsafeUninitializedCapacity: count) { target, initialized in
      let bytes = UnsafeMutableRawBufferPointer(target)
      withBytes { source in
        unsafe source.withUnsafeBytes {
          unsafe bytes.copyMemory(
            from: .init(rebasing: $0.prefix(count * MemoryLayout<Element>.stride))
          )
        }
      }
      initialized = count
    }
  }
}
