// SPDX-License-Identifier: BSD-3-Clause

package import Imaging

/// Rows of pixels within an array, checked once, to be read by a kernel.
@safe
package struct PixelRows: ~Escapable {
  let start: UnsafeRawPointer
  /// From the beginning of one row to that of the next, elements.
  let stride: Int
  let rows: Int
  let columns: Int

  /// Takes rows of an array.
  ///
  /// - Parameters:
  ///   - array: The array.
  ///   - first: Where the first row begins.
  ///   - stride: From the beginning of one row to that of the next.
  ///   - rows: Their number.
  ///   - columns: The pixels of each.
  @inline(__always)
  @_lifetime(copy array)
  package init(
    _ array: Span<Complex64>,
    from first: Int = 0,
    stride: Int,
    rows: Int,
    columns: Int
  ) {
    require(first, stride, rows, columns, within: array.count)
    unsafe start =
      array.withUnsafeBytes { unsafe $0.baseAddress.unsafelyUnwrapped }
      + first * MemoryLayout<Complex64>.stride
    self.stride = stride
    self.rows = rows
    self.columns = columns
  }
}

/// Rows of pixels within an array, checked once, to be changed by a kernel.
@safe
package struct MutablePixelRows: ~Copyable, ~Escapable {
  let start: UnsafeMutableRawPointer
  /// From the beginning of one row to that of the next, elements.
  let stride: Int
  let rows: Int
  let columns: Int

  /// Takes rows of an array, as `PixelRows` does.
  @inline(__always)
  @_lifetime(&array)
  package init(
    _ array: inout MutableSpan<Complex64>,
    from first: Int = 0,
    stride: Int,
    rows: Int,
    columns: Int
  ) {
    require(first, stride, rows, columns, within: array.count)
    unsafe start =
      array.withUnsafeMutableBytes { unsafe $0.baseAddress.unsafelyUnwrapped }
      + first * MemoryLayout<Complex64>.stride
    self.stride = stride
    self.rows = rows
    self.columns = columns
  }

  /// Ends the program where other rows have another extent.
  @inline(__always)
  func requireSameExtent(_ other: PixelRows) {
    precondition(other.rows == rows && other.columns == columns, "rows of another extent")
  }
}

/// Rows of weights within an array, checked once, to be changed by a kernel.
@safe
package struct MutableWeightRows: ~Copyable, ~Escapable {
  let start: UnsafeMutablePointer<Float>
  let stride: Int
  let rows: Int
  let columns: Int

  /// Takes rows of an array, as `PixelRows` does.
  @inline(__always)
  @_lifetime(&array)
  package init(
    _ array: inout MutableSpan<Float>,
    from first: Int = 0,
    stride: Int,
    rows: Int,
    columns: Int
  ) {
    require(first, stride, rows, columns, within: array.count)
    unsafe start =
      array.withUnsafeMutableBufferPointer {
        unsafe $0.baseAddress.unsafelyUnwrapped
      } + first
    self.stride = stride
    self.rows = rows
    self.columns = columns
  }
}

@inline(__always)
private func require(_ first: Int, _ stride: Int, _ rows: Int, _ columns: Int, within count: Int) {
  precondition(
    first >= 0 && stride >= 0 && rows > 0 && columns > 0
      && first + (rows - 1) * stride + columns <= count,
    "rows outside of their array"
  )
}
