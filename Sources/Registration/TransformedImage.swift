// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
public import Imaging

/// Turns, scales and moves an image, once, and cuts or pads it to a shape about its centre.
///
/// What lies outside the image counts as zero.
///
/// - Parameters:
///   - image: The image, [row, column].
///   - transform: Where its points go.
///   - shape: The extent of the result; the image's if nil.
///   - interpolation: How to read between pixels.
/// - Returns: The transformed image, [row, column].
public func transformed(
  _ image: Image,
  by transform: SimilarityTransform,
  to shape: Shape2D? = nil,
  interpolation: Interpolation = .cubic
) -> Image {
  let shape = shape ?? image.shape
  guard !transform.isShift else {
    return resampled(
      image,
      to: shape,
      movedByRows: transform.shift.rows,
      columns: transform.shift.columns,
      interpolation: interpolation
    )
  }
  let back = transform.inverse
  let (middleRow, middleColumn) = (Double(shape.rows - 1) / 2, Double(shape.columns - 1) / 2)
  // The pixel [0, 0] of the result in the image, and the way from one column or row to the next.
  let corner = back.applied(to: .init(rows: -middleRow, columns: -middleColumn))
  let right = SimilarityTransform(rotation: back.rotation, scale: back.scale)
    .applied(to: .init(rows: 0, columns: 1))
  let start = (
    row: corner.rows + Double(image.shape.rows - 1) / 2,
    column: corner.columns + Double(image.shape.columns - 1) / 2
  )
  var result = Image(shape: shape)
  let pixels = image.values.span
  var target = result.values.mutableSpan
  for row in 0..<shape.rows {
    for column in 0..<shape.columns {
      let (v, u) = (Double(row), Double(column))
      target[row * shape.columns + column] = interpolation.value(
        of: pixels,
        shape: image.shape,
        // The way down is the way right, turned by a right angle.
        row: start.row + u * right.rows + v * right.columns,
        column: start.column + u * right.columns - v * right.rows
      )
    }
  }
  return result
}
