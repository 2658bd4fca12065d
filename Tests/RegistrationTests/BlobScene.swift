// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Registration

/// Four blobs, transformed about the image's centre by their formula; Tests/References/registration.py
/// has the same.
func blobScene(_ transform: SimilarityTransform = .identity) -> Image {
  let blobs = [
    (1.0, 20.0, 25.0, 3.0), (0.7, 27, 33, 2), (0.5, 24, 22, 4), (0.9, 30, 28, 1.8),
  ]
  let back = transform.inverse
  var image = Image(shape: Shape2D(rows: 48, columns: 56))
  for row in 0..<48 {
    for column in 0..<56 {
      let place = back.applied(
        to: PixelShift(rows: Double(row) - 23.5, columns: Double(column) - 27.5)
      )
      var value = 0.0
      for (height, y, x, width) in blobs {
        let (dy, dx) = (place.rows + 23.5 - y, place.columns + 27.5 - x)
        value += height * exponential(-(dy * dy + dx * dx) / (2 * width * width))
      }
      image[row, column] = Float(value)
    }
  }
  return image
}
