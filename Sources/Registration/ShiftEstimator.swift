// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import FourierTransform
public import Imaging

/// Finds where images of one shape lie on references, by cross-correlation and then least squares.
///
/// The correlation is not normalised to unit modulus: with noise at every frequency the phase-only
/// form loses to the plain one. Of all whole-pixel displacements s within the search, the one is
/// taken that explains most of the image's power over its trusted pixels,
/// (Σ w b p(· − s))² / Σ w p²(· − s), so that a reference that reaches beyond the lit area is
/// judged only inside it; both sums are correlations and cost a few transforms. Gauss-Newton
/// steps then find the fraction of a pixel (`gaussNewtonShift`).
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
    let products = correlation(of: multiplied(image, weights), with: reference)
    let powers = correlation(of: weights, with: multiplied(reference, reference))
    // Half of the reference's whole power, so that a sliver in view cannot win.
    let floor = 0.5 * Float(innerProduct(reference.values.span, reference.values.span))
    var best = expected
    var bestScore: Float = 0
    let reach = Int(parameters.maximumShift)
    for rows in -reach...reach {
      for columns in -reach...reach {
        let candidate = PixelShift(rows: Double(-rows), columns: Double(-columns))
        let distance = candidate - expected
        guard max(abs(distance.rows), abs(distance.columns)) <= radius else { continue }
        let i = wrapped(rows, padded.rows) * padded.columns + wrapped(columns, padded.columns)
        let product = max(0, products[i])
        let score = product * product / max(powers[i], floor, .leastNormalMagnitude)
        if score > bestScore { (best, bestScore) = (candidate, score) }
      }
    }
    return best
  }

  /// Σ a(r) b(r − s) for every displacement s, corner-centred, [row, column] of the padded shape.
  private func correlation(of a: Image, with b: Image) -> [Float] {
    var first = transformed(a)
    let second = transformed(b)
    let scale = 1 / Float(padded.count)
    for i in first.indices { first[i] = scale * (first[i] * second[i].conjugate) }
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
