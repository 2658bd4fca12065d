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
  /// Added to |a|² of each ray, voxels², or to its length, voxels, where all rays of a projection
  /// go at once; zero for the plain method.
  public var damping: Float
  /// How projections correct the volume.
  public var method: ReconstructionMethod
  /// The voxels that may hold anything; all if nil.
  public var support: Support?
  /// Σ |correction|² over all folds since the variation was last lowered, the volume's unit squared.
  var squaredPath = 0.0
  /// The folds since then.
  var pathFolds = 0

  /// Starts from a volume.
  ///
  /// - Parameters:
  ///   - volume: The volume to start from, [x, z, y].
  ///   - method: How projections correct it.
  ///   - isNonNegative: Whether voxels are kept from going below zero.
  ///   - damping: Added to |a|² of each ray, voxels².
  ///   - support: The voxels that may hold anything; all if nil.
  public init(
    volume: Volume,
    method: ReconstructionMethod = .art,
    isNonNegative: Bool = true,
    damping: Float = 0,
    support: Support? = nil
  ) {
    precondition(damping >= 0, "the damping is negative")
    self.volume = volume
    self.method = method
    self.isNonNegative = isNonNegative
    self.damping = damping
    self.support = support
  }

  /// Folds one projection into the volume: ray by ray, or all its rays at once with another method.
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
    fold(
      PreparedProjection(projection, weights: weights, along: rays),
      relaxation: relaxation,
      sharing: work
    )
  }

  /// Folds one aligned projection into the volume.
  ///
  /// - Parameters:
  ///   - projection: The projection with its weights and tilt.
  ///   - relaxation: λ, in (0, 2).
  ///   - work: Threads that share the slices.
  /// - Returns: The weighted root-mean-square residual that each ray met when its turn came.
  @discardableResult
  public mutating func fold(
    _ projection: AlignedProjection,
    relaxation: Float,
    sharing work: any WorkSharing = SerialWork()
  ) -> Double {
    fold(
      PreparedProjection(projection, sizeX: volume.sizeX, sizeZ: volume.sizeZ),
      relaxation: relaxation,
      sharing: work
    )
  }

  /// The lowest value that a voxel may take.
  var low: Float { isNonNegative ? 0 : -.infinity }

  /// Folds a projection, with something else to be done by the threads meanwhile.
  mutating func fold(
    _ projection: PreparedProjection,
    relaxation: Float,
    sharing work: any WorkSharing,
    beside other: (@Sendable () -> Void)? = nil
  ) -> Double {
    projection.requireFit(to: volume)
    let residual =
      method == .art
      ? foldRays(of: projection, relaxation: relaxation, sharing: work, beside: other)
      : foldAtOnce(projection, relaxation: relaxation, sharing: work, beside: other)
    support?.apply(to: &volume, sharing: work)
    return residual
  }

  /// Ray by ray.
  private mutating func foldRays(
    of projection: PreparedProjection,
    relaxation: Float,
    sharing work: any WorkSharing,
    beside other: (@Sendable () -> Void)?
  ) -> Double {
    let (height, low, damping) = (volume.sizeY, low, damping)
    let steps = projection.rays.squaredNorms.map { $0 > 0 ? relaxation / ($0 + damping) : 0 }
    // Of each quarter of the rays, for each slice Σ weight · residual² and then Σ |correction|².
    var sums = [Float](repeating: 0, count: 4 * 2 * height)
    volume.values.shareElements { voxels in
      sums.shareElements { sums in
        shareRays(steps.count, slices: height, over: work, beside: other) { quarter, rays, slices in
          projection.rays.fold(
            projection,
            steps: steps,
            rays: rays,
            slices: slices,
            into: voxels,
            notBelow: low,
            addingTo: sums,
            from: quarter * 2 * height
          )
        }
      }
    }
    pathFolds += 1
    var squares = 0.0
    for quarter in 0..<4 {
      let start = quarter * 2 * height
      squares += sum(sums.span.extracting(start..<start + height))
      squaredPath += sum(sums.span.extracting(start + height..<start + 2 * height))
    }
    return projection.weightSum > 0 ? (squares / projection.weightSum).squareRoot() : 0
  }
}
