// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// What an image holds around its objects: nothing in vacuum, the film where one carries them.
public struct BackgroundLevel: Hashable, Sendable {
  /// The level, the image's unit.
  public var value: Double
  /// What stands out above it: the 99th percentile less the level, the image's unit.
  public var contrast: Double

  /// Whether it is a film's rather than noise about vacuum: more than a twentieth of the contrast.
  public var isFilm: Bool { value > contrast / 20 }

  /// Looks for a plateau among the lower values of an image.
  ///
  /// The level is the mean over the shortest interval that holds a fifth of the lit pixels, among the
  /// lower two thirds, after smoothing over 3 × 3 pixels. Where that interval is wider than a sixth
  /// of the contrast there is no plateau: the object fills the view, and its own density must not
  /// be taken for a film's. Nil then, and where nothing is lit.
  ///
  /// - Parameters:
  ///   - image: The image, [row, column].
  ///   - weights: The trust in each pixel, 0 to 1, same shape; untrusted pixels do not count.
  public init?(of image: Image, weights: Image) {
    self.init(of: SmoothedImage(image, weights: weights))
  }

  init?(of smooth: SmoothedImage) {
    let lit = smooth.sorted
    let (part, lower) = (lit.count / 5, lit.count * 2 / 3)
    guard part > 1, let strongest = smooth.strongest else { return nil }
    var (first, width) = (0, Float.infinity)
    for start in 0...(lower - part) where lit[start + part - 1] - lit[start] < width {
      (first, width) = (start, lit[start + part - 1] - lit[start])
    }
    value = lit[first..<first + part].reduce(0) { $0 + Double($1) } / Double(part)
    contrast = Double(strongest) - value
    guard contrast > 0, Double(width) <= contrast / 6 else { return nil }
  }
}

/// The weighted mean over 3 × 3 pixels; zero where nothing is trusted.
func boxSmoothed(_ image: Image, weights: Image) -> Image {
  var smooth = Image(shape: image.shape)
  let (rows, columns) = (image.shape.rows, image.shape.columns)
  // Sums along the rows of weight and of weight times value, then down the columns.
  var sums = [Float](repeating: 0, count: columns)
  var totals = sums
  let (pixels, trust) = (image.values.span, weights.values.span)
  for row in 0..<rows {
    for column in 0..<columns { (sums[column], totals[column]) = (0, 0) }
    for y in max(0, row - 1)...min(rows - 1, row + 1) {
      for column in 0..<columns {
        let weight = trust[y * columns + column]
        // What is not trusted may be no number.
        sums[column] += weight > 0 ? weight * pixels[y * columns + column] : 0
        totals[column] += weight
      }
    }
    for column in 0..<columns {
      var (sum, weight): (Float, Float) = (0, 0)
      for x in max(0, column - 1)...min(columns - 1, column + 1) {
        sum += sums[x]
        weight += totals[x]
      }
      smooth[row, column] = weight > 0 ? sum / weight : 0
    }
  }
  return smooth
}
