// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// A running volume into which one projection after the other is folded.
///
/// The row-action algebraic reconstruction technique (Gordon, Bender and Herman, J. Theor. Biol.
/// 29, 471 (1970), doi 10.1016/0022-5193(70)90109-8): each ray in turn corrects the voxels it
/// crosses, v ← v + λ w (b − a·v) a / (|a|² + damping), with the ray's lengths a, its measured
/// value b and its weight w in 0...1. Departures: the weight, which keeps unlit pixels out and
/// trusts half-lit ones by half; the damping, which keeps rays that only graze a corner of the
/// volume from writing their noise into it; and clamping to zero within the same pass.
///
/// The cost of folding is that of reading the volume once from memory and writing it back.
public struct ARTReconstruction: Sendable {
  /// The volume as it stands, [x, z, y], the projections' unit per voxel length.
  public var volume: Volume
  /// Whether voxels are kept from going below zero.
  public var isNonNegative: Bool
  /// Added to |a|² of each ray, voxels²; zero for the plain method.
  public var damping: Float
  /// Σ |correction|² over all folds since the variation was last lowered, the volume's unit squared.
  var squaredPath = 0.0

  /// Starts from a volume.
  ///
  /// - Parameters:
  ///   - volume: The volume to start from, [x, z, y].
  ///   - isNonNegative: Whether voxels are kept from going below zero.
  ///   - damping: Added to |a|² of each ray, voxels².
  public init(volume: Volume, isNonNegative: Bool = true, damping: Float = 0) {
    precondition(damping >= 0, "the damping is negative")
    self.volume = volume
    self.isNonNegative = isNonNegative
    self.damping = damping
  }

  /// Folds one projection into the volume, ray by ray.
  ///
  /// - Parameters:
  ///   - projection: The measured line integrals, [row = y, column = x′].
  ///   - weights: The trust in each, 0 to 1, same shape; where zero, the ray does not enter.
  ///   - rays: The projection's rays.
  ///   - relaxation: λ, in (0, 2).
  ///   - work: Threads that share the slices; the volume does not depend on their number.
  /// - Returns: The weighted root-mean-square residual that each ray met when its turn came.
  @discardableResult
  public mutating func fold(
    _ projection: Image,
    weights: Image,
    along rays: RayTable,
    relaxation: Float,
    sharing work: any WorkSharing = SerialWork()
  ) -> Double {
    precondition(rays.fits(volume), "the rays were traced for another volume")
    precondition(projection.shape == weights.shape, "weights and projection differ in shape")
    precondition(
      projection.shape == Shape2D(rows: volume.sizeY, columns: rays.columns),
      "the projection is \(projection.shape)"
    )
    let height = volume.sizeY
    let low = isNonNegative ? 0 : -Float.infinity
    let damping = damping
    let measured = transposed(projection)
    let trust = transposed(weights)
    var residuals = [Float](repeating: 0, count: height)
    var squares = [Float](repeating: 0, count: height)
    var path = 0.0
    var voxels = volume.values.mutableSpan
    for column in 0..<rays.columns {
      let range = rays.starts[column]..<rays.starts[column + 1]
      guard !range.isEmpty else { continue }
      let crossed = rays.voxels.span.extracting(range)
      let lengths = rays.lengths.span.extracting(range)
      let step = relaxation / (rays.squaredNorms[column] + damping)
      var sums = residuals.mutableSpan
      clear(&sums)
      addLineIntegrals(of: voxels.span, over: crossed, lengths: lengths, to: &sums)
      var total = squares.mutableSpan
      turnIntoCorrections(
        &sums,
        measured: measured.values.span.extracting(column * height..<(column + 1) * height),
        weights: trust.values.span.extracting(column * height..<(column + 1) * height),
        step: step,
        addingSquaresTo: &total
      )
      path += Double(rays.squaredNorms[column]) * innerProduct(sums.span, sums.span)
      spread(sums.span, over: crossed, lengths: lengths, to: &voxels, notBelow: low)
    }
    squaredPath += path
    let weight = sum(weights.values.span)
    return weight > 0 ? (sum(squares.span) / weight).squareRoot() : 0
  }
}

private func clear(_ values: inout MutableSpan<Float>) {
  for i in values.indices { values[i] = 0 }
}

/// Replaces line integrals by step · weight · (measured − integral), and adds weight · residual².
private func turnIntoCorrections(
  _ integrals: inout MutableSpan<Float>,
  measured: Span<Float>,
  weights: Span<Float>,
  step: Float,
  addingSquaresTo squares: inout MutableSpan<Float>
) {
  let count = integrals.count
  precondition(
    measured.count == count && weights.count == count && squares.count == count,
    "a ray's values differ in number"
  )
  for y in 0..<count {
    let residual = measured[y] - integrals[y]
    let weighted = weights[y] * residual
    squares[y] += weighted * residual
    integrals[y] = step * weighted
  }
}
