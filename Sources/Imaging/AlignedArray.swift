// SPDX-License-Identifier: BSD-3-Clause

/// An array of fixed length for loops that are as fast as memory: its first element begins a cache
/// line, and it lies in a large page.
///
/// Wide loads and stores that cross from one line to the next take twice as long; of those into an
/// `Array`, whose elements begin 32 bytes after its memory, every second one does. Arrays that a loop
/// reads and writes together should begin at different places of a page of 4096 bytes, too: the
/// processor takes a load for one that must wait where an earlier store went to the same place of
/// another page. Copied on write, as `Array` is.
@frozen
public struct AlignedArray<Element: BitwiseCopyable & Sendable>: Sendable {
  @usableFromInline var piece: PagePiece?
  /// The number of elements.
  public let count: Int
  @usableFromInline let pageOffset: Int?

  /// Makes an array of one value.
  ///
  /// - Parameters:
  ///   - value: What every element is.
  ///   - count: Their number.
  ///   - pageOffset: Where in a page to begin, a multiple of 64; wherever a line does where nil.
  @inlinable
  public init(repeating value: Element, count: Int, pageOffset: Int? = nil) {
    self.count = count
    self.pageOffset = pageOffset
    guard count > 0 else {
      piece = nil
      return
    }
    piece = PagePiece(bytes: count * MemoryLayout<Element>.stride, pageOffset: pageOffset)
    var span = mutableSpan
    span.update(repeating: value)
  }

  /// Makes an array of nothing.
  @inlinable
  public init() {
    piece = nil
    count = 0
    pageOffset = nil
  }

  /// Copies elements.
  ///
  /// - Parameters:
  ///   - elements: The elements.
  ///   - pageOffset: Where in a page to begin, a multiple of 64; wherever a line does where nil.
  @inlinable
  public init(_ elements: [Element], pageOffset: Int? = nil) {
    guard let value = elements.first else {
      self.init()
      return
    }
    self.init(repeating: value, count: elements.count, pageOffset: pageOffset)
    var span = mutableSpan
    for i in elements.indices { span[i] = elements[i] }
  }

  /// Whether there is nothing.
  @inlinable public var isEmpty: Bool { count == 0 }

  /// The places of the elements.
  @inlinable public var indices: Range<Int> { 0..<count }

  /// The elements, to be read.
  @inlinable public var span: Span<Element> {
    @_lifetime(borrow self)
    get {
      guard let piece else { return Span() }
      let start = unsafe piece.start.assumingMemoryBound(to: Element.self)
      let span = unsafe Span(_unsafeStart: UnsafePointer(start), count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The elements, to be changed.
  @inlinable public var mutableSpan: MutableSpan<Element> {
    @_lifetime(&self)
    mutating get {
      if !isKnownUniquelyReferenced(&piece) { copyPiece() }
      let start = unsafe piece?.start.assumingMemoryBound(to: Element.self)
      let buffer = unsafe UnsafeMutableBufferPointer(start: start, count: count)
      let span = unsafe MutableSpan(_unsafeElements: buffer)
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }

  /// Takes memory of its own.
  @usableFromInline mutating func copyPiece() {
    guard let old = piece else { return }
    let bytes = count * MemoryLayout<Element>.stride
    let new = PagePiece(bytes: bytes, pageOffset: pageOffset)
    unsafe new.start.copyMemory(from: old.start, byteCount: bytes)
    piece = new
  }
}
