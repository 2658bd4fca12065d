// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import FourierTransform
public import Imaging

/// Finds where images of one shape lie on references, by cross-correlation and then least squares.
///
/// The correlation is not normalised to unit modulus: with noise at every frequency the phase-only
/// form loses to the plain one. Of all whole-pixel displacements s within the search, the one is
/// taken that explains most of the image's variance over its trusted pixels with a factor and an
/// offset, cov(b, p(· − s))² / var p(· − s), both weighted by w: a reference that reaches beyond the
/// lit area is judged only inside it, and a support film, the same everywhere, does not count. The
/// sums Σ w b p, Σ w p² and Σ w p are correlations and cost a few transforms (after Padfield, IEEE
/// Trans. Image Process. 21, 2706 (2012), doi 10.1109/TIP.2011.2181402). Gauss-Newton steps then
/// find the fraction of a pixel (`gaussNewtonShift`).
public struct ShiftEstimator: Sendable {
  /// The images' shape.
  public let shape: Shape2D
  /// How far to search and how to refine.
  public let parameters: RegistrationParameters
  private let padded: Shape2D
  private let plan: FourierPlan2D

  /// Plans for images of one shape.
  ///
  /// - Parameters:
  ///   - shape: The images' shape.
  ///   - parameters: How far to search and how to refine.
  public init(shape: Shape2D, parameters: RegistrationParameters = RegistrationParameters()) {
    self.shape = shape
    self.parameters = parameters
    let margin = Int(parameters.maximumShift.rounded(.up)) + 1
    padded = Shape2D(
      rows: Self.convenientSize(atLeast: shape.rows + margin),
      columns: Self.convenientSize(atLeast: shape.columns + margin)
    )
    plan = FourierPlan2D(shape: padded, effort: .estimate)
  }

  /// Finds the displacement that lays an image on a reference.
  ///
  /// - Parameters:
  ///   - image: The image, [row, column].
  ///   - weights: The trust in each of its pixels, 0 to 1, same shape.
  ///   - reference: The reference, same shape, trusted everywhere.
  ///   - expected: The shift about which to search, pixels.
  ///   - radius: How far about it to search, pixels; the parameters' maximum if nil.
  /// - Returns: The shift to apply to the image, with its confidence.
  public func shift(
    of image: Image,
    weights: Image,
    onto reference: Image,
    near expected: PixelShift = .zero,
    within radius: Double? = nil
  ) -> ShiftEstimate {
    precondition(
      image.shape == shape && weights.shape == shape && reference.shape == shape,
      "image, weights and reference are not of the planned shape \(shape)"
    )
    let whole = wholePixelShift(
      of: image,
      weights: weights,
      onto: reference,
      near: expected,
      within: radius ?? parameters.maximumShift
    )
    return gaussNewtonShift(
      of: image,
      weights: weights,
      onto: reference,
      from: whole,
      steps: parameters.refinementSteps,
      limit: parameters.stepLimit
    )
  }

  private func wholePixelShift(
    of image: Image,
    weights: Image,
    onto reference: Image,
    near expected: PixelShift,
    within radius: Double
  ) -> PixelShift {
    let weighted = multiplied(image, weights)
    let (weight, mean) = (sum(weights.values.span), sum(weighted.values.span))
    guard weight > 0 else { return expected }
    let trust = transformed(weights)
    let wave = transformed(reference)
    let products = correlation(of: transformed(weighted), with: wave)
    let powers = correlation(of: trust, with: transformed(multiplied(reference, reference)))
    let sums = correlation(of: trust, with: wave)
    // Half of the reference's whole variance, so that a sliver in view cannot win.
    let total = sum(reference.values.span)
    let power = innerProduct(reference.values.span, reference.values.span)
    let floor = Float(max(0, power - total * total / Double(shape.count)) / 2)
    let (inverse, average) = (Float(1 / weight), Float(mean / weight))
    var best = expected
    var bestScore: Float = 0
    let reach = Int(parameters.maximumShift)
    for rows in -reach...reach {
      for columns in -reach...reach {
        let candidate = PixelShift(rows: Double(-rows), columns: Double(-columns))
        let distance = candidate - expected
        guard max(abs(distance.rows), abs(distance.columns)) <= radius else { continue }
        let i = wrapped(rows, padded.rows) * padded.columns + wrapped(columns, padded.columns)
        let product = max(0, products[i] - average * sums[i])
        let variance = powers[i] - inverse * sums[i] * sums[i]
        let score = product * product / max(variance, floor, .leastNormalMagnitude)
        if score > bestScore { (best, bestScore) = (candidate, score) }
      }
    }
    return best
  }

  /// Σ a(r) b(r − s) for every displacement s, corner-centred, [row, column] of the padded shape.
  ///
  /// Both come transformed.
  private func correlation(of a: [Complex64], with b: [Complex64]) -> [Float] {
    var first = a
    let scale = 1 / Float(padded.count)
    for i in first.indices { first[i] = scale * (first[i] * b[i].conjugate) }
    var span = first.mutableSpan
    plan.inverse(&span)
    return first.map(\.re)
  }

  private func transformed(_ image: Image) -> [Complex64] {
    var values = [Complex64](repeating: .zero, count: padded.count)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        values[row * padded.columns + column] = Complex64(image[row, column])
      }
    }
    var span = values.mutableSpan
    plan.forward(&span)
    return values
  }

  private func multiplied(_ a: Image, _ b: Image) -> Image {
    Image(shape: a.shape, values: zip(a.values, b.values).map { $0 * $1 })
  }

  private func wrapped(_ index: Int, _ count: Int) -> Int {
    index < 0 ? index + count : index
  }

  /// The next size with only factors 2, 3 and 5.
  private static func convenientSize(atLeast count: Int) -> Int {
    var size = count
    while true {
      var rest = size
      for factor in [2, 3, 5] {
        while rest % factor == 0 { rest /= factor }
      }
      if rest == 1 { return size }
      size += 1
    }
  }
}

/// Finds the displacement that lays an image on a reference.
///
/// For many images of one shape, keep a `ShiftEstimator`.
///
/// - Parameters:
///   - image: The image, [row, column].
///   - reference: The reference, same shape.
///   - weights: The trust in each pixel of the image, 0 to 1; full trust if nil.
///   - parameters: How far to search and how to refine.
/// - Returns: The shift to apply to the image, with its confidence.
public func estimateShift(
  of image: Image,
  onto reference: Image,
  weights: Image? = nil,
  parameters: RegistrationParameters = RegistrationParameters()
) -> ShiftEstimate {
  ShiftEstimator(shape: image.shape, parameters: parameters).shift(
    of: image,
    weights: weights ?? Image(shape: image.shape, filledWith: 1),
    onto: reference
  )
}
