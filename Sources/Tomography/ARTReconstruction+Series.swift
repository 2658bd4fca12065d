// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

extension ARTReconstruction {
  /// Starts from an empty volume of the parameters' extents.
  public init(parameters: TomographyParameters, support: Support? = nil) {
    self.init(
      volume: Volume(
        sizeX: parameters.volumeSide,
        sizeZ: parameters.volumeSide,
        sizeY: parameters.volumeHeight
      ),
      method: parameters.method,
      isNonNegative: parameters.isNonNegative,
      damping: Float(parameters.damping),
      support: support
    )
  }

  /// Reconstructs a volume from a whole series, from nothing.
  ///
  /// - Parameters:
  ///   - series: The projections, in any order.
  ///   - parameters: Extents, method, relaxation and non-negativity.
  ///   - sweeps: How many sweeps; the parameters' final sweeps if nil.
  ///   - support: The voxels that may hold anything; if nil, those of the parameters' threshold
  ///     after the first half of the sweeps, or all.
  ///   - work: Threads that share the slices.
  ///   - progress: Hears of every sweep and ends the reconstruction by `false`.
  /// - Returns: The volume, [x, z, y].
  public static func volume(
    from series: TiltSeries,
    parameters: TomographyParameters,
    sweeps: Int? = nil,
    support: Support? = nil,
    sharing work: any WorkSharing = SerialWork(),
    progress: (SweepReport) -> Bool = { _ in true }
  ) -> Volume {
    var running = ARTReconstruction(parameters: parameters, support: support)
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
  /// Tilts in decorrelated order, each sweep followed by a few short steps down the total variation
  /// (`TotalVariation`) unless the parameters leave them out. The relaxation falls slowly, and over
  /// the settling sweeps to a small part: a volume ends on what the last few tilts' noise left
  /// behind, which a small relaxation averages out as well as a mean over sweeps would, without a
  /// second volume.
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
    forgetPath()
    for sweep in 0..<count {
      if support == nil, parameters.supportThreshold > 0, sweep > 0, sweep == count / 2 {
        support = Support(of: volume, threshold: parameters.supportThreshold)
      }
      let relaxation = parameters.relaxation(ofSweep: sweep, of: count)
      let residual =
        method == .sirt
        ? stepAtOnce(over: series, relaxation: relaxation, sharing: work)
        : foldAll(series, in: order, relaxation: relaxation, sharing: work)
      let report = SweepReport(
        sweep: sweep,
        count: count,
        residual: residual,
        change: (squaredPath / Double(volume.count)).squareRoot()
      )
      lowerVariation(parameters: parameters, sharing: work)
      guard progress(report) else { return }
    }
  }

  /// Folds every projection, each laid on the axes while the one before is folded.
  private mutating func foldAll(
    _ series: TiltSeries,
    in order: [Int],
    relaxation: Float,
    sharing work: any WorkSharing
  ) -> Double {
    let (sizeX, sizeZ) = (volume.sizeX, volume.sizeZ)
    let projection = series.projection
    @Sendable func prepared(_ place: Int) -> PreparedProjection {
      PreparedProjection(projection(place), sizeX: sizeX, sizeZ: sizeZ)
    }
    var squares = 0.0
    var next = prepared(order[0])
    for number in order.indices {
      let slot = Slot()
      var prepareNext: (@Sendable () -> Void)?
      if number + 1 < order.count {
        let place = order[number + 1]
        prepareNext = { slot.projection = prepared(place) }
      }
      let residual = fold(
        next,
        relaxation: relaxation,
        sharing: work,
        beside: prepareNext
      )
      squares += residual * residual
      if let projection = slot.projection { next = projection }
    }
    return (squares / Double(order.count)).squareRoot()
  }

  /// Where one thread leaves the next projection while the others fold.
  private final class Slot: @unchecked Sendable {
    // Sendable by hand: read only after all threads are through.
    var projection: PreparedProjection?
  }

  // MARK: - Variation

  /// Steps down the total variation, each step a part of the length of what one fold corrects.
  ///
  /// That length is the root mean square over all folds since the last time. Being of one fold, it
  /// asks for as much smoothing of few tilts, whose noise the volume takes up, as of many, whose
  /// noise averages out: relative to a sweep's way, steps are the longer the fewer tilts there are.
  ///
  /// - Parameters:
  ///   - parameters: The weight and number of steps after a sweep.
  ///   - tilts: How many folds a sweep over all tilts would be: of fewer folds, the steps are
  ///     less in number and length, by twice that part because live relaxation does not settle.
  ///     Nil if the folds were a sweep.
  ///   - work: Threads that share the voxels.
  public mutating func lowerVariation(
    parameters: TomographyParameters,
    ofSweepOver tilts: Int? = nil,
    sharing work: any WorkSharing = SerialWork()
  ) {
    guard pathFolds > 0 else { return }
    let length = (squaredPath / Double(pathFolds)).squareRoot()
    let part = tilts.map { min(1, 2 * Double(pathFolds) / Double(max(1, $0))) } ?? 1
    forgetPath()
    guard parameters.variationWeight > 0, parameters.variationSteps > 0 else { return }
    let whole = part * Double(parameters.variationSteps)
    let steps = whole.rounded(.up)
    TotalVariation.descend(
      &volume,
      by: parameters.variationWeight * length * whole / steps,
      steps: Int(steps),
      notBelow: low,
      sharing: work
    )
    support?.apply(to: &volume, sharing: work)
  }

  private mutating func forgetPath() {
    squaredPath = 0
    pathFolds = 0
  }
}
