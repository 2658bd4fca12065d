// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// The mass of each row of a projection and where its centre lies.
struct SliceMasses {
  /// The sum over each row, [row]; the image's unit.
  private(set) var masses: [Double]
  /// The centre of each row's mass from the image's middle, [row], pixels.
  private(set) var centers: [Double]
  /// Whether the row is lit and its object whole in view, [row].
  private(set) var isWhole: [Bool]
  /// Whether half of the row or more is lit, [row].
  private(set) var isLit: [Bool]

  /// Gathers the rows of an image that is turned about its centre.
  init(_ prepared: SliceImage, turnedBy rotation: Double) {
    let turn = SimilarityTransform(rotation: rotation)
    let image = transformed(prepared.image, by: turn, interpolation: .linear)
    let weights = transformed(prepared.weights, by: turn, interpolation: .minimum)
    let (rows, columns) = (image.shape.rows, image.shape.columns)
    masses = [Double](repeating: 0, count: rows)
    centers = masses
    isWhole = [Bool](repeating: false, count: rows)
    isLit = isWhole
    for row in 0..<rows {
      var (mass, moment, largest) = (0.0, 0.0, Float(0))
      var (first, last, count) = (columns, -1, 0)
      for column in 0..<columns where weights[row, column] > 0 {
        let value = image[row, column]
        mass += Double(value)
        moment += Double(value) * (Double(column) - Double(columns - 1) / 2)
        largest = max(largest, value)
        first = min(first, column)
        last = column
        count += 1
      }
      masses[row] = mass
      centers[row] = mass > 0 ? moment / mass : 0
      isLit[row] = 2 * count >= columns
      guard isLit[row], mass > 0 else { continue }
      let edge = max(image[row, first], image[row, last])
      isWhole[row] = edge < largest / 20
    }
  }
}
