// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Registration
import Tomography

extension TomogramAssembly {
  /// One joint round over all accepted tilts.
  ///
  /// Reconstructs the mean of the energies several times, each time without one part of the tilts,
  /// and lays every tilt of that part on the re-projection of a volume that it has not shaped itself: a
  /// volume that holds a tilt's own noise would pull it back to where it was. Of few tilts, each is
  /// left out alone, for every one counts. What no projection determines is taken out afterwards. A
  /// tilt that no longer fits is held back.
  ///
  /// The volumes of the energies are rebuilt afterwards anyway; the first one's memory is used.
  ///
  /// - Returns: How the tilts stood and how far they were moved; nil if `progress` ended it.
  mutating func alignJointly(
    round: Int,
    sharing work: any WorkSharing,
    progress: (FinishStep) -> Bool
  ) -> JointRound? {
    let accepted = tilts.indices.filter { tilts[$0].isAccepted }
    guard accepted.count > 2 else { return JointRound(confidence: 1, moved: 0) }
    let freedom = isDenselyTilted ? registration.finalTransform : .shift
    let order = ReplayOrder.decorrelated(accepted.map { tilts[$0].angle })
    let partCount = accepted.count <= Self.fewTilts ? accepted.count : Self.partCount
    var estimates: [Int: SimilarityEstimate] = [:]
    for part in 0..<partCount {
      let left = order.indices.filter { $0 % partCount == part }.map { accepted[order[$0]] }
      let others = accepted.filter { !left.contains($0) }.map { tilts[$0] }
      let shape = projectionShape
      let series = TiltSeries(tilts: others.map(\.angle)) { place in
        guard let mean = others[place].alignedMean(shape: shape) else {
          preconditionFailure("an accepted tilt has no projection")
        }
        return mean
      }
      reconstructions[0].reset()
      reconstructions[0].sweep(
        over: series,
        parameters: tomography,
        sweeps: Self.sweepsPerRound,
        sharing: work
      )
      for position in left.sorted() {
        guard let mean = tilts[position].alignedMean(shape: shape) else { continue }
        estimates[position] = gaussNewtonSimilarity(
          of: mean.values,
          weights: mean.weights,
          onto: ParallelProjector.project(
            reconstructions[0].volume,
            at: mean.tilt,
            sharing: work
          ),
          freedom: freedom,
          steps: registration.refinementSteps,
          limit: registration.stepLimit
        )
      }
      guard progress(.round(round, part: part, of: partCount)) else { return nil }
    }
    return take(estimates)
  }

  /// Applies what a joint round has found.
  ///
  /// Everything is summed in the order of angles, so that the order in which tilts came is no matter.
  private mutating func take(_ estimates: [Int: SimilarityEstimate]) -> JointRound {
    let before = tilts.map(\.transform.shift)
    let positions = byAngle.filter { estimates[$0] != nil }
    let sorted = estimates.values.map(\.factor).sorted()
    let usual = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    let common = commonChange(in: positions.compactMap { estimates[$0] })
    for position in positions {
      guard let estimate = estimates[position] else { continue }
      tilts[position].confidence = estimate.confidence
      tilts[position].shiftError = estimate.shiftError
      let ratio = usual > 0 ? estimate.factor / usual : 1
      guard estimate.confidence >= registration.minimumConfidence,
        ratio > 0, max(ratio, 1 / ratio) <= registration.maximumFactor
      else {
        tilts[position].holdBack(
          estimate.confidence < registration.minimumConfidence
            ? "its correlation with the others' volume is \(rounded(estimate.confidence))"
            : "it is \(rounded(ratio)) times as dense as the others"
        )
        continue
      }
      var step = estimate.transform
      step.rotation =
        common.rotation
        + significant(
          step.rotation - common.rotation,
          estimate.rotationError
        )
      // A common scale is the size of the object, which nothing here tells.
      let growth = naturalLogarithm(step.scale) - common.growth
      step.scale = exponential(significant(growth, estimate.scaleError))
      tilts[position].transform = tilts[position].transform.followed(by: step)
    }
    removeGaugeFromShifts()
    let ways = positions.filter { tilts[$0].isAccepted }.map {
      let way = tilts[$0].transform.shift - before[$0]
      return way.rows * way.rows + way.columns * way.columns
    }
    let confidences = positions.compactMap { estimates[$0]?.confidence }
    return JointRound(
      confidence: confidences.reduce(0, +) / Double(max(1, confidences.count)),
      moved: (ways.reduce(0, +) / Double(max(1, 2 * ways.count))).squareRoot()
    )
  }

  /// The places of all tilts by angle.
  private var byAngle: [Int] {
    tilts.indices.sorted {
      (tilts[$0].angle.degrees, tilts[$0].index) < (tilts[$1].angle.degrees, tilts[$1].index)
    }
  }

  /// A turn or growth of a single tilt where it stands out of its noise, else none: applied
  /// blindly, each would blur the volume by what it is uncertain.
  private func significant(_ value: Double, _ error: Double) -> Double {
    abs(value) > 3 * error ? value : 0
  }

  /// What all tilts have in common: a turn is a rotation axis that leans, where it stands out of the
  /// tilts' scatter.
  private func commonChange(
    in estimates: [SimilarityEstimate]
  ) -> (rotation: Double, growth: Double) {
    guard estimates.count > 3 else { return (0, 0) }
    let count = Double(estimates.count)
    let growth = estimates.reduce(0) { $0 + naturalLogarithm($1.transform.scale) } / count
    let mean = estimates.reduce(0) { $0 + $1.transform.rotation } / count
    let squares = estimates.reduce(0) {
      let difference = $1.transform.rotation - mean
      return $0 + difference * difference
    }
    let error = (squares / (count - 1) / count).squareRoot()
    return (abs(mean) > 3 * error ? mean : 0, growth)
  }

  /// Puts the object where the recorded positions, or a first alignment, have it on the mean over all
  /// tilts.
  ///
  /// The axis stays where the projections want it: unlike the object's place, it is not free.
  private mutating func removeGaugeFromShifts() {
    let accepted = byAngle.filter { tilts[$0].isAccepted }
    let gauge = ShiftGauge(
      fittedTo: accepted.map { tilts[$0].transform.shift - tilts[$0].anchor },
      at: accepted.map { tilts[$0].angle },
      includingAxis: false
    )
    for position in accepted {
      tilts[position].transform.shift =
        tilts[position].transform.shift - gauge.shift(at: tilts[position].angle)
    }
  }

  /// Whether the re-projection of a volume without a tilt shows that one's turn and size.
  ///
  /// It does where the limit of Crowther, DeRosier and Klug, π D / N, is five voxels or less; the streaks
  /// of fewer tilts look like turns and growths.
  private var isDenselyTilted: Bool {
    // Before there is a volume the object may fill half of it.
    let diameter =
      diameterAcrossAxis(of: reconstructions[0].volume) ?? Double(tomography.volumeSide) / 2
    return .pi * diameter <= 5 * Double(acceptedTiltCount)
  }

  /// What a joint round found.
  struct JointRound {
    /// The mean correlation of the tilts, as they stood, with the volumes without them.
    var confidence: Double
    /// How far it moved them, RMS, pixels.
    var moved: Double
  }

  /// The parts that take turns in being left out, of many tilts.
  private static let partCount = 6
  /// So many tilts or fewer are left out one by one.
  private static let fewTilts = 48
  /// Enough for re-projections; more only brings out noise.
  private static let sweepsPerRound = 4
}
