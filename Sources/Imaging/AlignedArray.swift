// SPDX-License-Identifier: BSD-3-Clause

/// An array of fixed length whose first element begins a cache line.
///
/// Wide loads and stores that cross from one line to the next take twice as long; of those into an
/// `Array`, whose elements begin 32 bytes after its memory, every second one does. Arrays that a loop
/// reads and writes together should begin at different places of a page, too: the processor takes a
/// load for one that must wait where an earlier store went to the same place of another page.
@frozen
public struct AlignedArray<Element: BitwiseCopyable & Sendable>: Sendable {
  @usableFromInline var storage: [Element]
  /// Where in the storage a line begins, which after a copy on write may be elsewhere at a cost in
  /// time.
  @usableFromInline let first: Int
  /// The number of elements.
  public let count: Int

  /// Makes an array of one value.
  ///
  /// - Parameters:
  ///   - value: What every element is.
  ///   - count: Their number.
  ///   - pageOffset: Where in a page of 4096 bytes to begin, a multiple of 64; wherever a line does
  ///     where nil.
  @inlinable
  public init(repeating value: Element, count: Int, pageOffset: Int? = nil) {
    let size = MemoryLayout<Element>.stride
    let period = pageOffset == nil ? 64 : 4096
    storage = [Element](repeating: value, count: count > 0 ? count + period / size : 0)
    let address = unsafe storage.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
    let gap = ((pageOffset ?? 0) - address) & (period - 1)
    first = count > 0 && gap.isMultiple(of: size) ? gap / size : 0
    self.count = count
  }

  /// Makes an array of nothing.
  @inlinable
  public init() {
    storage = []
    first = 0
    count = 0
  }

  /// Copies elements.
  @inlinable
  public init(_ elements: [Element]) {
    guard let value = elements.first else {
      self.init()
      return
    }
    self.init(repeating: value, count: elements.count)
    for i in elements.indices { storage[first + i] = elements[i] }
  }

  /// Whether there is nothing.
  @inlinable public var isEmpty: Bool { count == 0 }

  /// The places of the elements.
  @inlinable public var indices: Range<Int> { 0..<count }

  /// The elements, to be read.
  @inlinable public var span: Span<Element> {
    @_lifetime(borrow self)
    get { storage.span.extracting(first..<first + count) }
  }

  /// The elements, to be changed.
  @inlinable public var mutableSpan: MutableSpan<Element> {
    @_lifetime(&self)
    mutating get {
      let place = first..<first + count
      let all = storage.mutableSpan
      return all._consumingExtracting(place)
    }
  }
}
