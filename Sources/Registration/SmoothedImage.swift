// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// An image smoothed over 3 × 3 pixels, and its lit values in order.
struct SmoothedImage {
  /// The smoothed image, [row, column].
  let image: Image
  /// The values of lit pixels, rising.
  let sorted: [Float]

  /// Smooths an image; untrusted pixels do not count.
  init(_ image: Image, weights: Image) {
    precondition(image.shape == weights.shape, "weights and image differ in shape")
    self.image = boxSmoothed(image, weights: weights)
    sorted = zip(self.image.values, weights.values).filter { $0.1 > 0 }.map(\.0).sorted()
  }

  /// The 99th percentile of the lit values; nil where nothing is lit.
  var strongest: Float? { sorted.isEmpty ? nil : sorted[(sorted.count - 1) * 99 / 100] }
}
