// SPDX-License-Identifier: BSD-3-Clause

/// Bytes that never change and may be read from any thread without a copy.
///
/// The receiver wraps each message part in one of these: recorder and preprocessing then read
/// the very memory that the socket filled, and the last reader gives it back.
@safe
public final class SharedBytes: @unchecked Sendable {
  // Sendable by hand: the memory is written before `init` and only read until `deinit`, which
  // runs once, after the last reference from any thread is gone.
  private let base: UnsafeRawPointer?
  /// The number of bytes.
  public let count: Int
  private let release: @Sendable () -> Void
  /// The bytes that these are a part of; they keep the memory.
  private let whole: SharedBytes?

  /// Takes memory that stays valid and unchanged until `release` is called.
  public init(
    unsafeBase base: UnsafeRawPointer?,
    count: Int,
    release: @escaping @Sendable () -> Void
  ) {
    unsafe self.base = base
    self.count = count
    self.release = release
    whole = nil
  }

  private init(_ range: Range<Int>, of whole: SharedBytes) {
    precondition(range.lowerBound >= 0 && range.upperBound <= whole.count, "beyond the bytes")
    unsafe base = whole.base.map { unsafe $0 + range.lowerBound }
    count = range.count
    release = {}
    self.whole = whole
  }

  /// Some of the bytes, uncopied: they stay where they are for as long as anyone has either.
  ///
  /// - Parameter range: Which bytes; within the bytes.
  /// - Returns: The bytes of the range.
  public func slice(_ range: Range<Int>) -> SharedBytes { SharedBytes(range, of: self) }

  /// Copies an array.
  public convenience init(_ array: [UInt8]) {
    let copy = UnsafeMutableRawPointer.allocate(byteCount: max(array.count, 1), alignment: 16)
    unsafe array.withUnsafeBytes { source in
      if let address = source.baseAddress {
        unsafe copy.copyMemory(from: address, byteCount: source.count)
      }
    }
    // The address as a number, because a raw pointer is not Sendable; it comes back once, here.
    let address = UInt(bitPattern: copy)
    unsafe self.init(unsafeBase: copy, count: array.count) {
      unsafe UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
    }
  }

  deinit { release() }

  /// Reads the bytes.
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let buffer = unsafe UnsafeRawBufferPointer(start: base, count: count)
    return try body(unsafe buffer.bytes)
  }

  /// Copies the bytes out.
  public func array() -> [UInt8] {
    unsafe [UInt8](UnsafeRawBufferPointer(start: base, count: count))
  }
}
