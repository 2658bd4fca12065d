// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The centre of mass of Σ |mode|², in pixels; the middle where there is none.
func centroid(of modes: [ComplexImage]) -> (row: Double, column: Double) {
  guard let shape = modes.first?.shape else { return (0, 0) }
  var power = Image(shape: shape)
  for mode in modes {
    for i in power.values.indices { power.values[i] += mode.values[i].squaredModulus }
  }
  return centerOfMass(of: power)
}

/// The centre of mass of an image, in pixels; [rows/2, columns/2] where there is none.
func centerOfMass(of image: Image) -> (row: Double, column: Double) {
  var weight = 0.0
  var rows = 0.0
  var columns = 0.0
  for row in 0..<image.shape.rows {
    for column in 0..<image.shape.columns {
      let value = Double(image[row, column])
      weight += value
      rows += value * Double(row)
      columns += value * Double(column)
    }
  }
  let center = (row: rows / weight, column: columns / weight)
  // A probe that has run away, or is dark, has no centre of mass.
  guard weight > 0, center.row.isFinite, center.column.isFinite else {
    return (Double(image.shape.rows / 2), Double(image.shape.columns / 2))
  }
  return center
}
