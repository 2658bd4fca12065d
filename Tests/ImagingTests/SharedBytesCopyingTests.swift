// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Testing

@Suite struct SharedBytesCopyingTests {
  @Test func numbersComeBackAsTheyWere() {
    let words: [UInt16] = [1, 0xFFFE, 513]
    let bytes = SharedBytes(copying: words)
    #expect(bytes.count == 6)
    #expect(bytes.array() == [1, 0, 0xFE, 0xFF, 1, 2])
    #expect(bytes.elements(as: UInt16.self) == words)
    let complex = [Complex64(1, -2), Complex64(.infinity, 0)]
    #expect(SharedBytes(copying: complex).elements(as: Complex64.self) == complex)
  }

  @Test func bytesThatFillNoNumberAreLeftOut() {
    #expect(SharedBytes([1, 0, 2]).elements(as: UInt16.self) == [1])
    #expect(SharedBytes([1, 2, 3]).elements(as: Float.self).isEmpty)
    #expect(SharedBytes([]).elements(as: UInt8.self).isEmpty)
    #expect(SharedBytes(copying: [Float]()).count == 0)
  }

  @Test func spansAndTextsAreCopied() {
    let array: [UInt8] = [3, 1, 4, 1, 5]
    let copied = unsafe SharedBytes(copying: array.span.bytes)
    #expect(copied.array() == array)
    #expect(SharedBytes("µm").array() == [0xC2, 0xB5, 0x6D])
  }
}
