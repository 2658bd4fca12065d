// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// The object's grid: sized once from the planned positions, so that nothing grows while frames
/// arrive.
///
/// Scan position zero lies half-way between pixels, at an odd multiple of half a pixel from the
/// edges; over a scan that is symmetric about zero that is (N − 1)/2 of the object, where volumes
/// have their rotation axis. A frame's corner is where its pixel [0, 0] falls on the object.
public struct ScanGrid: Sendable, Hashable {
  /// The extent of the patterns and of the probe, [rows, columns].
  public let patternShape: Shape2D
  /// The size of an object pixel.
  public let pixelSize: Length
  /// The extent of the object, [rows, columns].
  public let objectShape: Shape2D
  /// The scan position of the centre of object pixel [0, 0].
  public let origin: ScanPosition

  /// Sizes the object so that every planned position fits with a margin for positions that differ.
  ///
  /// - Parameters:
  ///   - patternShape: The extent of the patterns.
  ///   - pixelSize: The size of an object pixel, λ z / (N p).
  ///   - positions: The planned positions; none is taken for a single one at zero.
  ///   - margin: Pixels added on every side.
  public init(
    patternShape: Shape2D,
    pixelSize: Length,
    positions: [ScanPosition],
    margin: Int = 8
  ) {
    let rows = Self.axis(
      positions.map { $0.y / pixelSize.meters },
      patternShape.rows,
      margin
    )
    let columns = Self.axis(
      positions.map { $0.x / pixelSize.meters },
      patternShape.columns,
      margin
    )
    self.patternShape = patternShape
    self.pixelSize = pixelSize
    objectShape = Shape2D(rows: rows.count, columns: columns.count)
    origin = ScanPosition(
      x: -columns.zero * pixelSize.meters,
      y: -rows.zero * pixelSize.meters
    )
  }

  /// Where scan position zero falls along one axis, and the axis's extent, both in pixels.
  private static func axis(
    _ places: [Double],
    _ extent: Int,
    _ margin: Int
  ) -> (zero: Double, count: Int) {
    let before = Int((-(places.min() ?? 0)).rounded(.up)) + extent / 2 + margin
    let after = Int((places.max() ?? 0).rounded(.up)) + extent - extent / 2 + margin
    return (Double(before) + 0.5, before + after + 2)
  }

  /// Where a frame's pixel [0, 0] falls on the object, in pixels, not rounded.
  ///
  /// - Parameter position: Where the probe's centre, pixel [N/2, N/2] of the frame, sits.
  /// - Returns: The place along rows and columns.
  public func place(of position: ScanPosition) -> (row: Double, column: Double) {
    (
      (position.y - origin.y) / pixelSize.meters - Double(patternShape.rows / 2),
      (position.x - origin.x) / pixelSize.meters - Double(patternShape.columns / 2)
    )
  }

  /// The object pixel nearest to a frame's pixel [0, 0], nil where the frame leaves the object.
  ///
  /// - Parameter position: Where the probe's centre sits.
  /// - Returns: Row and column of the corner.
  public func corner(of position: ScanPosition) -> (row: Int, column: Int)? {
    placement(of: position, steps: 1).map { ($0.row, $0.column) }
  }

  /// The nearest corner with a rest of at most half a pixel in `steps` places along each axis.
  func placement(
    of position: ScanPosition,
    movedBy shift: (row: Double, column: Double) = (0, 0),
    steps: Int
  ) -> Placement? {
    var exact = place(of: position)
    exact.row += shift.row
    exact.column += shift.column
    guard
      let row = Self.split(exact.row, steps, patternShape.rows, objectShape.rows),
      let column = Self.split(exact.column, steps, patternShape.columns, objectShape.columns)
    else { return nil }
    return Placement(
      row: row.whole,
      column: column.whole,
      rowStep: row.step,
      columnStep: column.step
    )
  }

  private static func split(
    _ place: Double,
    _ steps: Int,
    _ extent: Int,
    _ objectExtent: Int
  ) -> (whole: Int, step: Int)? {
    guard place.isFinite, abs(place) < 1e9 else { return nil }
    let fine = Int((place * Double(steps)).rounded())
    // Floor division: the rest lies in 0..<steps and always moves the probe towards larger indices.
    let whole = fine >= 0 ? fine / steps : -((-fine + steps - 1) / steps)
    guard whole >= 0, whole + extent <= objectExtent else { return nil }
    return (whole, fine - whole * steps)
  }
}

/// Where a frame lies on the object: whole pixels and steps of a fraction of a pixel.
struct Placement: Hashable, Sendable {
  var row: Int
  var column: Int
  var rowStep: Int
  var columnStep: Int
}
