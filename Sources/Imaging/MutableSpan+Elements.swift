// SPDX-License-Identifier: BSD-3-Clause

extension MutableSpan where Element: BitwiseCopyable {
  /// A run of elements, such as one row of an image, writable in place.
  ///
  /// - Parameter range: Which elements; must lie inside the span.
  /// - Returns: A span over them that ends before this one is used again.
  @inlinable
  @inline(always)
  @_lifetime(&self)
  public mutating func elements(_ range: Range<Int>) -> MutableSpan {
    _mutatingExtracting(range)
  }
}
