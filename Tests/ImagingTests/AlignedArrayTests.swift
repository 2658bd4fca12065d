// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Testing

@Suite struct AlignedArrayTests {
  private static func address(_ array: AlignedArray<Float>) -> Int {
    unsafe array.span.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
  }

  private static func elements(_ array: AlignedArray<Float>) -> [Float] {
    let span = array.span
    return span.indices.map { span[$0] }
  }

  @Test(arguments: [1, 5, 1000, 70_000, 6_000_000])
  func anArrayBeginsWhereItShould(count: Int) {
    let free = AlignedArray(repeating: Float(2), count: count)
    #expect(Self.address(free) % 64 == 0)
    let placed = AlignedArray(repeating: Float(3), count: count, pageOffset: 1536)
    #expect(Self.address(placed) % 4096 == 1536)
    let (last, first) = (Self.elements(free).last, Self.elements(placed).first)
    #expect(last == 2 && first == 3 && placed.count == count)
  }

  @Test func aCopyKeepsItsElementsAndItsPlaceInAPage() {
    var array = AlignedArray((0..<100).map(Float.init), pageOffset: 512)
    let copy = array
    var span = array.mutableSpan
    span[7] = -1
    #expect(Self.elements(array)[7] == -1)
    #expect(Self.elements(copy)[7] == 7)
    #expect(Self.address(array) != Self.address(copy))
    #expect(Self.address(array) % 4096 == 512)
  }

  @Test func anArrayOfOneOwnerStaysWhereItIs() {
    var array = AlignedArray(repeating: Float(1), count: 100)
    let before = Self.address(array)
    var span = array.mutableSpan
    span[0] = 2
    #expect(Self.address(array) == before)
  }

  @Test func nothingIsNoElements() {
    var array = AlignedArray<Float>()
    let isEmpty = AlignedArray([Float]()).isEmpty
    let (read, written) = (array.span.count, array.mutableSpan.count)
    #expect(isEmpty && array.indices.isEmpty)
    #expect(read == 0 && written == 0)
  }

  /// More than a slab, from several threads: no two pieces overlap.
  @Test func arraysOfSeveralThreadsDoNotOverlap() async {
    let wrong = await withTaskGroup(of: Int.self) { group in
      for task in 0..<4 {
        group.addTask {
          let arrays = (0..<40).map { k in
            AlignedArray(repeating: Float(100 * task + k), count: 100_000 + k)
          }
          return arrays.indices.filter { k in
            Self.elements(arrays[k]).contains { $0 != Float(100 * task + k) }
          }.count
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wrong == 0)
  }
}
