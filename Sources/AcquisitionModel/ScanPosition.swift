// SPDX-License-Identifier: BSD-3-Clause

/// Where the probe's centre sits on the object.
///
/// Larger x is a larger column, larger y a larger row, zero is the middle of the planned scan
/// (Docs/Explanations/Coordinates.md). Every dialect and file turns its own axes into these at
/// the border.
public struct ScanPosition: Hashable, Sendable {
  /// Along the columns, metres.
  public var x: Double
  /// Along the rows, metres.
  public var y: Double

  /// Makes a position from metres along columns and rows.
  public init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }
}
