// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Synchronization
import Testing

@Suite struct SharedBytesSliceTests {
  @Test func aSliceHasTheBytesAtAnyPlace() {
    let whole = SharedBytes(Array(0..<100))
    #expect(whole.slice(7..<12).array() == [7, 8, 9, 10, 11])
    #expect(whole.slice(7..<12).slice(1..<3).array() == [8, 9])
    #expect(whole.slice(100..<100).count == 0)
    #expect(whole.slice(1..<5).elements(as: UInt16.self) == [0x0201, 0x0403])
  }

  @Test func theMemoryStaysAsLongAsAnySlice() {
    func slice(_ released: @escaping @Sendable () -> Void) -> SharedBytes {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
      unsafe memory.initializeMemory(as: UInt8.self, repeating: 5, count: 16)
      let address = UInt(bitPattern: memory)
      let whole = unsafe SharedBytes(unsafeBase: memory, count: 16) {
        unsafe UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
        released()
      }
      return whole.slice(2..<10).slice(1..<3)
    }
    let flag = Flag()
    var part: SharedBytes? = slice { flag.raise() }
    #expect(!flag.isUp)
    #expect(part?.array() == [5, 5])
    part = nil
    #expect(flag.isUp)
  }

  private final class Flag: Sendable {
    private let value = Atomic(false)
    var isUp: Bool { value.load(ordering: .sequentiallyConsistent) }
    func raise() { value.store(true, ordering: .sequentiallyConsistent) }
  }
}
