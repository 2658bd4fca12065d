// SPDX-License-Identifier: BSD-3-Clause

/// A displacement in pixels: `rows` downwards (y), `columns` to the right (x).
public struct PixelShift: Hashable, Sendable {
  /// Along the rows, pixels.
  public var rows: Double
  /// Along the columns, pixels.
  public var columns: Double

  /// Makes a displacement.
  public init(rows: Double, columns: Double) {
    self.rows = rows
    self.columns = columns
  }

  /// No displacement.
  public static let zero = PixelShift(rows: 0, columns: 0)

  /// The sum of two displacements.
  public static func + (a: PixelShift, b: PixelShift) -> PixelShift {
    PixelShift(rows: a.rows + b.rows, columns: a.columns + b.columns)
  }

  /// The difference of two displacements.
  public static func - (a: PixelShift, b: PixelShift) -> PixelShift {
    PixelShift(rows: a.rows - b.rows, columns: a.columns - b.columns)
  }
}
