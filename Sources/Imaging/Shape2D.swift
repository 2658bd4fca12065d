// SPDX-License-Identifier: BSD-3-Clause

/// The extent of an image: rows, then columns.
public struct Shape2D: Hashable, Sendable, CustomStringConvertible {
  /// The number of rows (along y, downwards).
  public var rows: Int
  /// The number of columns (along x, to the right).
  public var columns: Int

  /// Makes a shape of [rows, columns].
  @inlinable
  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  /// Makes a square shape.
  @inlinable
  public init(square side: Int) {
    self.init(rows: side, columns: side)
  }

  /// The number of pixels.
  @inlinable public var count: Int { rows * columns }

  /// "rows x columns".
  public var description: String { "\(rows)x\(columns)" }
}
