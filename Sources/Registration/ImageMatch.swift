// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// The sums of one Gauss-Newton step that lays a reference on an image.
///
/// Least squares of image − (a · model + c) over the image's trusted pixels, linearised in what
/// moves the model. Unknowns in this order: a, c, then a times the step down, to the right, the turn
/// and the growth. The offset c keeps a support film, which is the same everywhere, from pulling.
struct ImageMatch {
  private let freedom: TransformFreedom
  private var system: LinearSystem
  private var imagePower = 0.0
  private var weight = 0.0
  /// The displacement of the model that the sums belong to.
  private let transform: SimilarityTransform

  /// Gathers the sums.
  ///
  /// - Parameters:
  ///   - image: The image, [row, column].
  ///   - weights: The trust in each of its pixels, 0 to 1, same shape.
  ///   - reference: The reference, same shape.
  ///   - transform: What lays the image on the reference, as far as that is known.
  ///   - freedom: What may change.
  init(
    of image: Image,
    weights: Image,
    onto reference: Image,
    by transform: SimilarityTransform,
    _ freedom: TransformFreedom
  ) {
    self.freedom = freedom
    self.transform = transform
    let model = transformed(reference, by: transform.inverse)
    let unknowns = freedom == .shift ? 4 : 6
    let (rows, columns) = (image.shape.rows, image.shape.columns)
    // One row of each factor at a time, the image behind them, so that sums are of whole rows.
    let count = unknowns + 1
    var factors = [Float](repeating: 0, count: count * columns)
    var weighted = factors
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: unknowns), count: unknowns)
    var right = [Double](repeating: 0, count: unknowns)
    for row in 1..<max(1, rows - 1) {
      var target = factors.mutableSpan
      Self.fill(
        &target,
        model: model.values.span,
        image: image.values.span.extracting(row * columns..<(row + 1) * columns),
        row: row,
        shape: image.shape,
        freedom
      )
      let trust = weights.values.span.extracting(row * columns..<(row + 1) * columns)
      let plain = factors.span
      var product = weighted.mutableSpan
      for k in 0..<count {
        let factor = plain.extracting(k * columns..<(k + 1) * columns)
        for i in 0..<columns { product[k * columns + i] = trust[i] * factor[i] }
      }
      let heavy = weighted.span
      for k in 0..<count {
        let a = heavy.extracting(k * columns..<(k + 1) * columns)
        for l in k..<count {
          let sum = innerProduct(a, plain.extracting(l * columns..<(l + 1) * columns))
          if l < unknowns {
            matrix[k][l] += sum
          } else if k < unknowns {
            right[k] += sum
          } else {
            imagePower += sum
          }
        }
      }
    }
    for k in 0..<unknowns {
      for l in 0..<k { matrix[k][l] = matrix[l][k] }
    }
    weight = matrix[1][1]
    system = LinearSystem(matrix: matrix, right: right)
  }

  /// The transform after one step.
  ///
  /// - Parameters:
  ///   - limit: The longest way that a step may move a pixel of the image, pixels.
  ///   - radius: How far the outermost pixels lie from the centre, pixels.
  /// - Returns: The transform; nil where the step is not determined.
  func next(limitedTo limit: Double, radius: Double) -> SimilarityTransform? {
    guard let solution = system.solution(), solution[0] > 0 else { return nil }
    func bounded(_ k: Int, _ limit: Double) -> Double {
      k < solution.count ? min(max(solution[k] / solution[0], -limit), limit) : 0
    }
    let step = SimilarityTransform(
      shift: PixelShift(rows: bounded(2, limit), columns: bounded(3, limit)),
      rotation: bounded(4, limit / radius),
      scale: exponential(bounded(5, limit / radius))
    )
    return transform.inverse.followed(by: step).inverse
  }

  /// What the sums say of the transform that they were gathered at.
  var estimate: SimilarityEstimate {
    let (modelPower, mean) = (system.matrix[0][0], system.matrix[0][1])
    let (product, imageSum) = (system.right[0], system.right[1])
    guard weight > 0, let inverse = system.inverse() else {
      return SimilarityEstimate(transform: transform, confidence: 0)
    }
    // About the means, over trusted pixels.
    let covariance = product - mean * imageSum / weight
    let modelVariance = modelPower - mean * mean / weight
    let imageVariance = imagePower - imageSum * imageSum / weight
    guard modelVariance > 1e-12 * modelPower, imageVariance > 0 else {
      return SimilarityEstimate(transform: transform, confidence: 0)
    }
    let factor = covariance / modelVariance
    let noise = max(0, imageVariance - factor * covariance) / max(1, weight)
    func error(_ k: Int) -> Double {
      guard k < inverse.count, factor != 0 else { return .infinity }
      return (noise * inverse[k][k]).squareRoot() / abs(factor)
    }
    return SimilarityEstimate(
      transform: transform,
      confidence: covariance / (modelVariance * imageVariance).squareRoot(),
      shiftError: PixelShift(rows: error(2), columns: error(3)),
      rotationError: error(4),
      scaleError: error(5),
      factor: factor,
      offset: (imageSum - factor * mean) / weight
    )
  }

  /// Fills one row of the factors, and of the image behind them; the border columns stay zero.
  private static func fill(
    _ factors: inout MutableSpan<Float>,
    model: Span<Float>,
    image: Span<Float>,
    row: Int,
    shape: Shape2D,
    _ freedom: TransformFreedom
  ) {
    let columns = shape.columns
    let y = Float(row) - Float(shape.rows - 1) / 2
    let middle = Float(columns - 1) / 2
    let start = row * columns
    let isSimilarity = freedom == .similarity
    let last = (isSimilarity ? 6 : 4) * columns
    for column in 1..<max(1, columns - 1) {
      let i = start + column
      let down = (model[i - columns] - model[i + columns]) / 2
      let right = (model[i - 1] - model[i + 1]) / 2
      factors[column] = model[i]
      factors[columns + column] = 1
      factors[2 * columns + column] = down
      factors[3 * columns + column] = right
      factors[last + column] = image[column]
      guard isSimilarity else { continue }
      let x = Float(column) - middle
      // Turning moves a pixel by (−y, x) to the right and down, growing by (x, y).
      factors[4 * columns + column] = x * down - y * right
      factors[5 * columns + column] = x * right + y * down
    }
  }
}
