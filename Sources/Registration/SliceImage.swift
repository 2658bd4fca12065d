// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// An image without its background and noise, and where it is lit.
struct SliceImage {
  private(set) var image: Image
  private(set) var weights: Image

  /// Takes background and noise off an image; nil where nothing stands out.
  init?(_ density: Image, weights: Image) {
    let smooth = SmoothedImage(density, weights: weights)
    guard let strongest = smooth.strongest else { return nil }
    let level = BackgroundLevel(of: smooth).map { Float($0.value) } ?? 0
    let contrast = strongest - level
    guard contrast > 0 else { return nil }
    // A twentieth of the contrast keeps noise from weighing far out.
    let floor = level + contrast / 20
    image = smooth.image
    for i in image.values.indices {
      image.values[i] = weights.values[i] > 0 ? max(0, image.values[i] - floor) : 0
    }
    self.weights = weights
  }

  /// The means over squares of pixels; a square with an unlit pixel is unlit.
  func binned(by factor: Int) -> SliceImage {
    guard factor > 1 else { return self }
    let shape = Shape2D(rows: image.shape.rows / factor, columns: image.shape.columns / factor)
    var result = self
    result.image = Image(shape: shape)
    result.weights = Image(shape: shape, filledWith: 1)
    // The middle of the small image is that of the large one, up to half a pixel.
    let top = (image.shape.rows - shape.rows * factor) / 2
    let left = (image.shape.columns - shape.columns * factor) / 2
    for row in 0..<shape.rows * factor {
      for column in 0..<shape.columns * factor {
        let (y, x) = (row / factor, column / factor)
        result.image[y, x] += image[top + row, left + column] / Float(factor * factor)
        result.weights[y, x] = min(result.weights[y, x], weights[top + row, left + column])
      }
    }
    return result
  }
}
