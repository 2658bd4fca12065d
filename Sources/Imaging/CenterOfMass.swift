// SPDX-License-Identifier: BSD-3-Clause

/// The centre of mass of an image whose values are weights.
///
/// - Parameter image: Weights, [row, column].
/// - Returns: The place, pixels; nil where nothing weighs anything or something is no number.
public func centerOfMass(of image: Image) -> (row: Double, column: Double)? {
  var (mass, rows, columns) = (0.0, 0.0, 0.0)
  for row in 0..<image.shape.rows {
    for column in 0..<image.shape.columns {
      let value = Double(image[row, column])
      mass += value
      rows += value * Double(row)
      columns += value * Double(column)
    }
  }
  let center = (row: rows / mass, column: columns / mass)
  return mass > 0 && center.row.isFinite && center.column.isFinite ? center : nil
}
