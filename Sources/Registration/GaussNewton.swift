// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Refines where an image lies on a reference by Gauss-Newton steps.
///
/// Least squares over the image's trusted pixels of image − a · reference(· − s), in the factor a
/// and the displacement s together; the reference's slope tells how the residual would change, as
/// in projection matching (Odstrčil et al., Opt. Express 27, 36637 (2019),
/// doi 10.1364/OE.27.036637), but with both axes and the factor solved at once.
///
/// - Parameters:
///   - image: The image, [row, column].
///   - weights: The trust in each of its pixels, 0 to 1, same shape.
///   - reference: The reference, same shape.
///   - start: The shift of the image to start from, pixels.
///   - steps: The most steps to take; it stops earlier below 0.003 pixels.
///   - limit: The longest step, pixels.
/// - Returns: The refined estimate; the start with confidence 0 where nothing can be matched.
public func gaussNewtonShift(
  of image: Image,
  weights: Image,
  onto reference: Image,
  from start: PixelShift = .zero,
  steps: Int = 8,
  limit: Double = 0.5
) -> ShiftEstimate {
  precondition(
    image.shape == weights.shape && image.shape == reference.shape,
    "image, weights and reference differ in shape"
  )
  var displacement = PixelShift.zero - start
  for _ in 0..<steps {
    let match = ShiftMatch(of: image, weights: weights, onto: reference, movedBy: displacement)
    guard let step = match.step(limitedTo: limit) else { break }
    displacement = displacement + step
    if max(abs(step.rows), abs(step.columns)) < 0.003 { break }
  }
  return ShiftMatch(of: image, weights: weights, onto: reference, movedBy: displacement)
    .estimate(at: PixelShift.zero - displacement)
}

/// The sums of one Gauss-Newton step.
private struct ShiftMatch {
  /// Unknowns: factor, factor · step down, factor · step right.
  private var system = LinearSystem(size: 3)
  private var imagePower = 0.0
  private var observations = 0.0

  init(of image: Image, weights: Image, onto reference: Image, movedBy shift: PixelShift) {
    let model = shifted(reference, by: shift)
    let (rows, columns) = (image.shape.rows, image.shape.columns)
    let (pixels, trust, values) = (image.values.span, weights.values.span, model.values.span)
    // The upper triangle of the normal matrix, then the right side.
    var sums = [Double](repeating: 0, count: 9)
    var power = 0.0
    var total = 0.0
    for row in 1..<max(1, rows - 1) {
      for column in 1..<max(1, columns - 1) {
        let i = row * columns + column
        let weight = trust[i]
        guard weight > 0 else { continue }
        let w = Double(weight)
        let m = Double(values[i])
        let down = Double(values[i - columns] - values[i + columns]) / 2
        let right = Double(values[i - 1] - values[i + 1]) / 2
        let b = Double(pixels[i])
        sums[0] += w * m * m
        sums[1] += w * m * down
        sums[2] += w * m * right
        sums[3] += w * down * down
        sums[4] += w * down * right
        sums[5] += w * right * right
        sums[6] += w * m * b
        sums[7] += w * down * b
        sums[8] += w * right * b
        power += w * b * b
        total += w
      }
    }
    system = LinearSystem(
      matrix: [
        [sums[0], sums[1], sums[2]],
        [sums[1], sums[3], sums[4]],
        [sums[2], sums[4], sums[5]],
      ],
      right: Array(sums[6...8])
    )
    imagePower = power
    observations = total
  }

  /// How much further the reference should move; nil where that is not determined.
  func step(limitedTo limit: Double) -> PixelShift? {
    guard let solution = system.solution(), solution[0] > 0 else { return nil }
    return PixelShift(
      rows: min(max(solution[1] / solution[0], -limit), limit),
      columns: min(max(solution[2] / solution[0], -limit), limit)
    )
  }

  func estimate(at shift: PixelShift) -> ShiftEstimate {
    let (modelPower, product) = (system.matrix[0][0], system.right[0])
    guard modelPower > 0, imagePower > 0, let inverse = system.inverse() else {
      return ShiftEstimate(shift: shift, confidence: 0)
    }
    let scale = product / modelPower
    let variance = max(0, imagePower - scale * product) / max(1, observations)
    let unit = abs(scale) > 0 ? 1 / (scale * scale) : .infinity
    return ShiftEstimate(
      shift: shift,
      confidence: product / (modelPower * imagePower).squareRoot(),
      standardError: PixelShift(
        rows: (variance * unit * inverse[1][1]).squareRoot(),
        columns: (variance * unit * inverse[2][2]).squareRoot()
      ),
      scale: scale
    )
  }
}
