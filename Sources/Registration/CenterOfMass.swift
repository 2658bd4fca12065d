// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// The centre of an optical density's mass, as its displacement from the image's centre.
///
/// Only what rises above a quarter of the strongest pixels (99th percentile, after smoothing
/// over 3 × 3 pixels) counts, so that noise around the object has no pull. A projection's centre
/// of mass follows x cos t + z sin t; that makes it a seed and a sanity gate for registration.
///
/// - Parameters:
///   - image: Optical density, [row, column].
///   - weights: The trust in each pixel, 0 to 1, same shape; untrusted pixels do not count.
/// - Returns: The displacement from ((rows − 1)/2, (columns − 1)/2); nil if nothing stands out.
public func centerOfMass(of image: Image, weights: Image) -> PixelShift? {
  precondition(image.shape == weights.shape, "weights and image differ in shape")
  let smooth = boxSmoothed(image, weights: weights)
  let lit = zip(smooth.values, weights.values).filter { $0.1 > 0 }.map(\.0).sorted()
  guard let strongest = lit.isEmpty ? nil : lit[(lit.count - 1) * 99 / 100], strongest > 0 else {
    return nil
  }
  let threshold = strongest / 4
  var mass = Image(shape: image.shape)
  for i in mass.values.indices where weights.values[i] > 0 {
    mass.values[i] = max(0, smooth.values[i] - threshold)
  }
  guard let center = centerOfMass(of: mass) else { return nil }
  return PixelShift(
    rows: center.row - Double(image.shape.rows - 1) / 2,
    columns: center.column - Double(image.shape.columns - 1) / 2
  )
}

/// The weighted mean over 3 × 3 pixels; zero where nothing is trusted.
private func boxSmoothed(_ image: Image, weights: Image) -> Image {
  var smooth = Image(shape: image.shape)
  for row in 0..<image.shape.rows {
    for column in 0..<image.shape.columns {
      var (sum, weight): (Float, Float) = (0, 0)
      for y in max(0, row - 1)...min(image.shape.rows - 1, row + 1) {
        for x in max(0, column - 1)...min(image.shape.columns - 1, column + 1) {
          let trust = weights[y, x]
          if trust > 0 { sum += trust * image[y, x] }
          weight += trust
        }
      }
      smooth[row, column] = weight > 0 ? sum / weight : 0
    }
  }
  return smooth
}
