// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// A projection that lies on the volume's axes, ready to be folded.
public struct AlignedProjection: Sendable {
  /// The line integrals, [row = y, column = x′], the volume's unit times voxels.
  public var values: Image
  /// The trust in each, 0 to 1, same shape.
  public var weights: Image
  /// The rays of its tilt.
  public var rays: RayTable

  /// Makes a projection of values, weights of the same shape, and rays.
  public init(values: Image, weights: Image, rays: RayTable) {
    precondition(values.shape == weights.shape, "weights and values differ in shape")
    self.values = values
    self.weights = weights
    self.rays = rays
  }

  /// The weighted root-mean-square difference from a volume's re-projection.
  public func residual(against volume: Volume) -> Double {
    let projected = ParallelProjector.project(volume, along: rays)
    var (squares, total) = (0.0, 0.0)
    for i in values.values.indices {
      let difference = Double(values.values[i] - projected.values[i])
      squares += Double(weights.values[i]) * difference * difference
      total += Double(weights.values[i])
    }
    return total > 0 ? (squares / total).squareRoot() : 0
  }
}

extension ARTReconstruction {
  /// Folds one aligned projection into the volume.
  ///
  /// - Parameters:
  ///   - projection: The projection with its weights and rays.
  ///   - relaxation: λ, in (0, 2).
  /// - Returns: The weighted root-mean-square residual that each ray met when its turn came.
  @discardableResult
  public mutating func fold(_ projection: AlignedProjection, relaxation: Float) -> Double {
    fold(
      projection.values,
      weights: projection.weights,
      along: projection.rays,
      relaxation: relaxation
    )
  }

  /// Reconstructs a volume from a whole series, from nothing.
  ///
  /// Sweeps in decorrelated order with falling relaxation, each followed by a few short steps down
  /// the total variation (`TotalVariation`) unless the parameters leave them out. The mean over the last sweeps is
  /// returned: single sweeps end on what the last few tilts' noise left behind, which differs from
  /// sweep to sweep and averages out, while the object does not.
  ///
  /// - Parameters:
  ///   - series: The projections, in any order.
  ///   - parameters: Extents, relaxation and non-negativity.
  ///   - sweeps: How many sweeps; the parameters' final sweeps if nil.
  /// - Returns: The volume, [x, z, y].
  public static func volume(
    from series: [AlignedProjection],
    parameters: TomographyParameters,
    sweeps: Int? = nil
  ) -> Volume {
    var running = ARTReconstruction(parameters: parameters)
    let sweeps = sweeps ?? parameters.finalSweeps
    let averaged = max(1, min(parameters.averagedSweeps, sweeps / 2))
    var mean = Volume(
      sizeX: parameters.volumeSide,
      sizeZ: parameters.volumeSide,
      sizeY: parameters.volumeHeight
    )
    let order = ReplayOrder.decorrelated(series.map(\.rays.tilt))
    for sweep in 0..<sweeps {
      let relaxation = parameters.relaxation(ofSweep: sweep)
      let before = running.volume
      for index in order { running.fold(series[index], relaxation: relaxation) }
      running.lowerVariation(since: before, parameters: parameters)
      guard sweep >= sweeps - averaged else { continue }
      var target = mean.values.mutableSpan
      addScaled(running.volume.values.span, by: 1 / Float(averaged), to: &target)
    }
    return mean
  }

  /// Steps down the total variation by a part of the way that the volume has gone since.
  ///
  /// - Parameters:
  ///   - before: The volume as it was, of the same extents.
  ///   - parameters: The weight and number of steps.
  public mutating func lowerVariation(since before: Volume, parameters: TomographyParameters) {
    guard parameters.variationWeight > 0, parameters.variationSteps > 0 else { return }
    let squares = squaredDistance(volume.values.span, before.values.span)
    TotalVariation.descend(
      &volume,
      by: parameters.variationWeight * squares.squareRoot(),
      steps: parameters.variationSteps,
      notBelow: isNonNegative ? 0 : -.infinity
    )
  }

  /// Starts from an empty volume of the parameters' extents.
  public init(parameters: TomographyParameters) {
    self.init(
      volume: Volume(
        sizeX: parameters.volumeSide,
        sizeZ: parameters.volumeSide,
        sizeY: parameters.volumeHeight
      ),
      isNonNegative: parameters.isNonNegative,
      damping: Float(parameters.damping)
    )
  }
}

/// Σ (x − y)², row after row in double precision.
private func squaredDistance(_ x: Span<Float>, _ y: Span<Float>) -> Double {
  precondition(x.count == y.count, "x and y differ in length")
  var lanes = SIMD4<Double>.zero
  for i in x.indices {
    let difference = Double(x[i] - y[i])
    lanes[i & 3] += difference * difference
  }
  return lanes.sum()
}
