// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Refines how an image lies on a reference by Gauss-Newton steps.
///
/// Least squares over the image's trusted pixels of image − (a · reference + c), in the factor a, the
/// offset c and the transform of the reference together; the reference's slopes tell how the
/// residual would change, as in projection matching (Odstrčil et al., Opt. Express 27, 36637
/// (2019), doi 10.1364/OE.27.036637), but with all unknowns solved at once.
///
/// - Parameters:
///   - image: The image, [row, column].
///   - weights: The trust in each of its pixels, 0 to 1, same shape.
///   - reference: The reference, same shape.
///   - start: What lays the image on the reference, as far as that is known.
///   - freedom: Whether the image may be turned and scaled, too.
///   - steps: The most steps to take; it stops earlier where one moves no pixel by more than 0.003.
///   - limit: The longest way that one step may move a pixel, pixels.
/// - Returns: The refined estimate; the start with confidence 0 where nothing can be matched.
public func gaussNewtonSimilarity(
  of image: Image,
  weights: Image,
  onto reference: Image,
  from start: SimilarityTransform = .identity,
  freedom: TransformFreedom = .similarity,
  steps: Int = 8,
  limit: Double = 0.5
) -> SimilarityEstimate {
  precondition(
    image.shape == weights.shape && image.shape == reference.shape,
    "image, weights and reference differ in shape"
  )
  let radius = Double(max(2, max(image.shape.rows, image.shape.columns))) / 2
  var transform = start
  for _ in 0..<steps {
    let match = ImageMatch(of: image, weights: weights, onto: reference, by: transform, freedom)
    guard let next = match.next(limitedTo: limit, radius: radius) else { break }
    let step = transform.inverse.followed(by: next)
    transform = next
    let way =
      max(abs(step.shift.rows), abs(step.shift.columns))
      + radius * (abs(step.rotation) + abs(step.scale - 1))
    if way < 0.003 { break }
  }
  return ImageMatch(of: image, weights: weights, onto: reference, by: transform, freedom).estimate
}

/// Refines where an image lies on a reference by Gauss-Newton steps.
///
/// - Parameters:
///   - image: The image, [row, column].
///   - weights: The trust in each of its pixels, 0 to 1, same shape.
///   - reference: The reference, same shape.
///   - start: The shift of the image to start from, pixels.
///   - steps: The most steps to take.
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
  let estimate = gaussNewtonSimilarity(
    of: image,
    weights: weights,
    onto: reference,
    from: SimilarityTransform(shift: start),
    freedom: .shift,
    steps: steps,
    limit: limit
  )
  return ShiftEstimate(
    shift: estimate.transform.shift,
    confidence: estimate.confidence,
    standardError: estimate.shiftError,
    scale: estimate.factor
  )
}
