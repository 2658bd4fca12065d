// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

extension ARTReconstruction {
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
      projection.values,
      weights: projection.weights,
      along: RayTable(
        tilt: projection.tilt,
        sizeX: volume.sizeX,
        sizeZ: volume.sizeZ,
        columns: projection.values.shape.columns
      ),
      relaxation: relaxation,
      sharing: work
    )
  }

  /// Reconstructs a volume from a whole series, from nothing.
  ///
  /// - Parameters:
  ///   - series: The projections, in any order.
  ///   - parameters: Extents, relaxation and non-negativity.
  ///   - sweeps: How many sweeps; the parameters' final sweeps if nil.
  ///   - work: Threads that share the slices.
  ///   - progress: Hears of every sweep and ends the reconstruction by `false`.
  /// - Returns: The volume, [x, z, y].
  public static func volume(
    from series: TiltSeries,
    parameters: TomographyParameters,
    sweeps: Int? = nil,
    sharing work: any WorkSharing = SerialWork(),
    progress: (SweepReport) -> Bool = { _ in true }
  ) -> Volume {
    var running = ARTReconstruction(parameters: parameters)
    running.sweep(
      over: series,
      parameters: parameters,
      sweeps: sweeps,
      sharing: work,
      progress: progress
    )
    return running.volume
  }

  /// Sweeps over a whole series, starting from the volume as it stands, in place.
  ///
  /// Tilts in decorrelated order with falling relaxation, each sweep followed by a few short steps
  /// down the total variation (`TotalVariation`) unless the parameters leave them out.
  ///
  /// - Parameters:
  ///   - series: The projections, in any order.
  ///   - parameters: Relaxation and variation; the extents are the volume's own.
  ///   - sweeps: How many sweeps; the parameters' final sweeps if nil.
  ///   - work: Threads that share the slices.
  ///   - progress: Hears of every sweep and ends the reconstruction by `false`.
  public mutating func sweep(
    over series: TiltSeries,
    parameters: TomographyParameters,
    sweeps: Int? = nil,
    sharing work: any WorkSharing = SerialWork(),
    progress: (SweepReport) -> Bool = { _ in true }
  ) {
    let count = sweeps ?? parameters.finalSweeps
    let order = ReplayOrder.decorrelated(series.tilts)
    guard !order.isEmpty else { return }
    squaredPath = 0
    for sweep in 0..<count {
      let relaxation = parameters.relaxation(ofSweep: sweep)
      var squares = 0.0
      for place in order {
        let residual = fold(series.projection(place), relaxation: relaxation, sharing: work)
        squares += residual * residual
      }
      let report = SweepReport(
        sweep: sweep,
        count: count,
        residual: (squares / Double(order.count)).squareRoot(),
        change: (squaredPath / Double(volume.count)).squareRoot()
      )
      lowerVariation(parameters: parameters, sharing: work)
      guard progress(report) else { return }
    }
  }

  /// Steps down the total variation by a part of the way that folding has gone since the last time.
  ///
  /// The way is the root of the sum of all squared corrections, as if those of different folds
  /// were independent, which folds far from one another in angle nearly are.
  ///
  /// - Parameters:
  ///   - parameters: The weight and number of steps.
  ///   - work: Threads that share the voxels.
  public mutating func lowerVariation(
    parameters: TomographyParameters,
    sharing work: any WorkSharing = SerialWork()
  ) {
    let way = squaredPath.squareRoot()
    squaredPath = 0
    guard parameters.variationWeight > 0, parameters.variationSteps > 0 else { return }
    TotalVariation.descend(
      &volume,
      by: parameters.variationWeight * way,
      steps: parameters.variationSteps,
      notBelow: isNonNegative ? 0 : -.infinity
    )
  }
}
