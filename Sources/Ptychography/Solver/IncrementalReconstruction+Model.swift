// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import FourierTransform
import Imaging

extension IncrementalReconstruction {
  /// Compares the patterns with those of probe times object as they are; one transform per frame.
  public mutating func measureDataError() {
    compareWithModel(sumsNoise: false)
  }

  /// Measures the data error; returns what photon noise alone would leave of it, and the variance of
  /// a modulus that it comes from.
  @discardableResult
  private mutating func compareWithModel(sumsNoise: Bool) -> (error: Double, variance: Double) {
    let sweep = sweep(ScanSums.Wanted(), reports: true)
    inGroups { $0.compare(sweep, sumsNoise: sumsNoise) }
    let residual = groups.reduce(0) { $0 + $1.comparison.residual }
    let total = groups.reduce(0) { $0 + $1.comparison.total }
    dataError = total > 0 ? (residual / total).squareRoot() : .nan
    if parameters.engine == .epie { overlapError = dataError }
    var noise = PhotonNoise()
    for group in groups { noise.add(group.comparison.noise ?? PhotonNoise()) }
    guard total > 0, noise.count > 0 else { return (.nan, .nan) }
    let pixels = Double(grid.patternShape.count)
    return ((noise.sum / pixels / total).squareRoot(), noise.sum / noise.count)
  }

  /// The object and probe as they are now, their freedoms fixed, with OD, its error and the phase.
  public mutating func finishedResult() -> ReconstructedObject {
    var object = result()
    object.fixGauge(start: start)
    if parameters.removesRasterPeriod, let lattice = ScanLattice(of: positions) {
      let modulation = object.removeRasterPeriod(lattice)
      object.gauge?.rasterModulation = modulation
    }
    object.maps = objectMaps(of: object)
    return object
  }

  /// The object, the probe and what is needed to judge them, as they are now.
  public mutating func result() -> ReconstructedObject {
    let noise = compareWithModel(sumsNoise: true)
    takeCoverage()
    let modes = orthogonalModes(illumination.modes)
    var result = ReconstructedObject(
      identity: identity,
      transmission: object,
      probe: modes[0],
      weakerModes: Array(modes.dropFirst()),
      coverage: Image(shape: grid.objectShape, values: coverage),
      pixelSize: grid.pixelSize,
      origin: grid.origin,
      background: parameters.retrievesBackground ? retrievedBackground : nil,
      iteration: iteration,
      frameCount: frameCount,
      dataError: dataError,
      overlapError: overlapError
    )
    (result.photonNoiseError, result.amplitudeVariance) = noise
    return result
  }

  /// Where the probe's centre sat for each frame, as told or as refined, in the order of joining.
  public var positions: [ScanPosition] {
    places.map { group, k in
      let frame = groups[group].frames[k]
      return ScanPosition(
        x: frame.position.x + frame.shift.column * grid.pixelSize.meters,
        y: frame.position.y + frame.shift.row * grid.pixelSize.meters
      )
    }
  }

  /// The scan points of the frames that take part, in the order of joining.
  public var frameIndices: [Int] {
    places.map { groups[$0].frames[$1].index }
  }

  /// The background, photons, DC at [N/2, N/2].
  private var retrievedBackground: Image {
    let pixels = Float(grid.patternShape.count)
    return cornerToCenter(
      Image(
        shape: grid.patternShape,
        values: transform.untiled(background.reported.map { pixels * $0 })
      )
    )
  }

  /// Retrieves the background when its turn has come.
  ///
  /// The frames of even and of odd scan points take turns, for half a transform per frame. Every so
  /// often, 25 iterations or more apart so that the object can follow, all frames tell the step along the
  /// mean pattern.
  mutating func updateBackgroundIfDue() {
    guard parameters.retrievesBackground, hasEnoughFrames else { return }
    let period = parameters.backgroundPeriod
    let turn = background.schedule.turn(
      iteration: settledIterations,
      frames: frameCount,
      start: parameters.backgroundStart,
      period: period,
      batch: parameters.iterationsPerBatch
    )
    if turn == .restart {
      background.restart()
      stagnation.restart()
    }
    guard case .update(let update) = turn else { return }
    let interval = max(2, (25 + period - 1) / period)
    let knownPart = parameters.backgroundFraction
    let stepsAlong = knownPart == nil && update >= 3 * interval && update.isMultiple(of: interval)
    if background.isUnknown, parameters.pixelAreaPeriod > 0 { background.recount(groups) }
    let half = stepsAlong || background.isUnknown ? nil : background.pixelSteps & 1
    let sweep = sweep(ScanSums.Wanted())
    let empty = background.emptySums()
    inGroups { $0.compare(sweep, backgroundSums: empty, half: half) }
    var sums = empty
    for group in groups { if let part = group.comparison.background { sums.add(part) } }
    background.update(sums, frames: frameCount, stepsAlong: stepsAlong)
    if let knownPart {
      background.scale(toSum: knownPart * incidentPhotons() / Double(grid.patternShape.count))
    }
  }

  /// Sums Σ|P|² anew where probe or frames have changed since.
  mutating func refreshCoverage() {
    guard coverageIsStale else { return }
    takeCoverage()
    coverageIsStale = false
  }

  /// Sums Σ|P|² over the frames that are there.
  mutating func takeCoverage() {
    var sum = [Float](repeating: 0, count: coverage.count)
    let sweep = sweep(ScanSums.Wanted())
    for group in groups {
      for frame in group.frames {
        for mode in 0..<sweep.modes {
          for block in 0..<transform.rowBlocks {
            sweep.addCoverage(frame.seat, mode, block, &sum)
          }
        }
      }
    }
    coverage = sum
  }
}
