// SPDX-License-Identifier: BSD-3-Clause

// A raw frame is read where the socket left it, at whatever address that is. Every load below is
// checked against the end of the bytes by `RawSpan`; `unsafe` stands for the type's bit pattern
// only, and any bits are a word. The module's only other unsafe expression is the way back, in
// `WordAssembly`.

extension RawSpan {
  /// Word `i` of a raw frame, little-endian.
  @inline(always)
  func word(_ i: Int) -> UInt16 {
    UInt16(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: 2 * i, as: UInt16.self))
  }

  /// Words `i` to `i + 1`.
  @inline(always)
  func words2(_ i: Int) -> SIMD2<UInt16> {
    unsafe unsafeLoadUnaligned(fromByteOffset: 2 * i, as: SIMD2<UInt16>.self)
  }

  /// Words `i` to `i + 3`.
  @inline(always)
  func words4(_ i: Int) -> SIMD4<UInt16> {
    unsafe unsafeLoadUnaligned(fromByteOffset: 2 * i, as: SIMD4<UInt16>.self)
  }

  /// Words `i` to `i + 3` as one number, the first lowest.
  @inline(always)
  func packed4(_ i: Int) -> UInt64 {
    UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: 2 * i, as: UInt64.self))
  }

  /// Words `i` to `i + 7`.
  @inline(always)
  func words8(_ i: Int) -> SIMD8<UInt16> {
    unsafe unsafeLoadUnaligned(fromByteOffset: 2 * i, as: SIMD8<UInt16>.self)
  }

  /// Value `i` of a cleaned frame, little-endian.
  @inline(always)
  func float(_ i: Int) -> Float {
    let bits = unsafe unsafeLoadUnaligned(fromByteOffset: 4 * i, as: UInt32.self)
    return Float(bitPattern: UInt32(littleEndian: bits))
  }
}
