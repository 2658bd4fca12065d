// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Registration
import Tomography

extension TomogramAssembly {
  /// Tries held-back tilts again, aligns all tilts jointly and rebuilds the volumes.
  ///
  /// Each joint round reconstructs the mean of the energies, several times, each time without one
  /// part of the tilts, and lays every tilt of that part on the re-projection of a volume that it
  /// has not shaped itself: a volume that holds a tilt's own noise would pull it back to where it
  /// was. What no projection determines is taken out of the shifts after each round.
  ///
  /// - Returns: How every tilt stands, by place in the series.
  @discardableResult
  public mutating func finish() -> [TiltReport] {
    guard acceptedTiltCount > 0 else { return tiltReports() }
    retryHeldBackTilts()
    for _ in 0..<tomography.finalAlignmentRounds { alignJointly() }
    rebuild()
    return tiltReports()
  }

  private mutating func retryHeldBackTilts() {
    for position in tilts.indices where !tilts[position].isAccepted {
      guard let energy = tilts[position].scans.keys.min() else { continue }
      tilts[position].isAccepted = register(position, energy: energy)
    }
  }

  /// One joint round over all accepted tilts.
  private mutating func alignJointly() {
    let accepted = tilts.indices.filter { tilts[$0].isAccepted }
    guard accepted.count > 2 else { return }
    let order = ReplayOrder.decorrelated(accepted.map { tilts[$0].angle })
    var plain = tomography
    plain.variationSteps = 0
    let partCount = min(Self.partCount, accepted.count)
    let means = Dictionary(
      uniqueKeysWithValues: accepted.compactMap { position in
        tilts[position].alignedMean(shape: projectionShape).map { (position, $0) }
      }
    )
    for part in 0..<partCount {
      let left = Set(order.indices.filter { $0 % partCount == part }.map { accepted[order[$0]] })
      let others = accepted.filter { !left.contains($0) }.compactMap { means[$0] }
      let volume = ARTReconstruction.volume(
        from: TiltSeries(others),
        parameters: plain,
        sweeps: Self.sweepsPerRound
      )
      for position in left.sorted() {
        guard let mean = means[position] else { continue }
        let estimate = gaussNewtonShift(
          of: mean.values,
          weights: mean.weights,
          onto: ParallelProjector.project(volume, at: mean.tilt),
          steps: registration.refinementSteps,
          limit: registration.stepLimit
        )
        tilts[position].confidence = estimate.confidence
        guard estimate.confidence >= registration.minimumConfidence else { continue }
        tilts[position].shift = tilts[position].shift + estimate.shift
      }
    }
    removeGaugeFromShifts()
  }

  /// Puts the object where the recorded positions have it on the mean over all tilts.
  ///
  /// The axis stays where the projections want it: unlike the object's place, it is not free.
  private mutating func removeGaugeFromShifts() {
    let accepted = tilts.indices.filter { tilts[$0].isAccepted }
    let gauge = ShiftGauge(
      fittedTo: accepted.map { tilts[$0].shift },
      at: accepted.map { tilts[$0].angle },
      includingAxis: false
    )
    for position in accepted {
      tilts[position].shift = tilts[position].shift - gauge.shift(at: tilts[position].angle)
    }
  }

  /// Reconstructs every energy's volume from the stored projections.
  private mutating func rebuild() {
    for energy in energies.indices {
      let series = tilts.filter(\.isAccepted).compactMap {
        $0.aligned(energy: energy, shape: projectionShape)
      }
      guard !series.isEmpty else { continue }
      reconstructions[energy].volume = ARTReconstruction.volume(
        from: TiltSeries(series),
        parameters: tomography
      )
    }
  }

  /// The parts that take turns in being left out.
  private static let partCount = 6
  /// Enough for re-projections; more only brings out noise.
  private static let sweepsPerRound = 4
}
