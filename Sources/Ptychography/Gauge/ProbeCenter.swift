// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The centre of mass of Σ |mode|², in pixels; the middle where there is none.
func centroid(of modes: [ComplexImage]) -> (row: Double, column: Double) {
  guard let shape = modes.first?.shape else { return (0, 0) }
  var power = Image(shape: shape)
  for mode in modes {
    for i in power.values.indices { power.values[i] += mode.values[i].squaredModulus }
  }
  return centerOrMiddle(of: power)
}

/// The centre of mass of an image; [rows/2, columns/2] for a probe that has run away, or is dark.
func centerOrMiddle(of power: Image) -> (row: Double, column: Double) {
  centerOfMass(of: power) ?? (Double(power.shape.rows / 2), Double(power.shape.columns / 2))
}
