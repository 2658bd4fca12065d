// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// The light that each scan point let through, as a picture: every pixel has the value of the point
/// nearest to it, so that scans of any pattern have no holes.
struct LightMap {
  private var points: [(position: ScanPosition, light: Double)] = []

  /// Adds a point.
  mutating func add(_ position: ScanPosition, light: Double) {
    points.append((position, light))
  }

  /// The map.
  ///
  /// - Returns: The light, [row, column], NaN further from every point than one and a half times
  ///   their spacing, and the size of a pixel; nil for fewer than two points.
  func image() -> (image: Image, pixelSize: Length)? {
    let (x, y) = (points.map(\.position.x), points.map(\.position.y))
    guard points.count > 1, let left = x.min(), let right = x.max(), let top = y.min(),
      let bottom = y.max()
    else { return nil }
    let (width, height) = (right - left, bottom - top)
    let count = Double(points.count)
    // Of a line of points, their distance along it.
    let spacing = max((width * height / count).squareRoot(), max(width, height) / count)
    guard spacing > 0 else { return nil }
    let pixel = max(spacing / 2, max(width, height) / Self.largest)
    let margin = spacing / 2
    let shape = Shape2D(
      rows: Int((height + 2 * margin) / pixel) + 1,
      columns: Int((width + 2 * margin) / pixel) + 1
    )
    var image = Image(shape: shape, filledWith: .nan)
    var nearest = [Double](repeating: 2.25 * spacing * spacing, count: shape.count)
    let reach = Int(1.5 * spacing / pixel) + 1
    for (position, light) in points {
      let row = (position.y - top + margin) / pixel
      let column = (position.x - left + margin) / pixel
      let rows = max(0, Int(row) - reach)...min(shape.rows - 1, Int(row) + reach)
      let columns = max(0, Int(column) - reach)...min(shape.columns - 1, Int(column) + reach)
      for r in rows {
        for c in columns {
          let (dr, dc) = ((Double(r) - row) * pixel, (Double(c) - column) * pixel)
          let distance = dr * dr + dc * dc
          guard distance < nearest[r * shape.columns + c] else { continue }
          nearest[r * shape.columns + c] = distance
          image[r, c] = Float(light)
        }
      }
    }
    return (image, Length(meters: pixel))
  }

  /// Pixels along the longer side, at most.
  private static let largest = 500.0
}
