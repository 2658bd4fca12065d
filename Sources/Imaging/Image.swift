// SPDX-License-Identifier: BSD-3-Clause

/// A real-valued image, [row, column].
///
/// Values are stored row after row. Loops take `values.span` or `values.mutableSpan`
/// once and run over it; the subscript is for single pixels.
public struct Image: Hashable, Sendable {
  /// The extent, [rows, columns].
  public let shape: Shape2D
  /// The pixels, row after row; always `shape.count` of them.
  public var values: [Float]

  /// Makes an image filled with one value.
  public init(shape: Shape2D, filledWith value: Float = 0) {
    self.shape = shape
    self.values = [Float](repeating: value, count: shape.count)
  }

  /// Takes pixels stored row after row.
  public init(shape: Shape2D, values: [Float]) {
    precondition(values.count == shape.count, "pixels do not match the shape \(shape)")
    self.shape = shape
    self.values = values
  }

  /// One pixel.
  @inlinable
  public subscript(row: Int, column: Int) -> Float {
    get { values[row * shape.columns + column] }
    set { values[row * shape.columns + column] = newValue }
  }
}
