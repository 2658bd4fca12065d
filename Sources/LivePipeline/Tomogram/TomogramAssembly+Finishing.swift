// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging
import Registration
import Tomography

/// How far the end of a tomogram has come.
public enum FinishStep: Sendable, Hashable {
  /// A part of a joint round of registration, counted from 0.
  case round(Int, part: Int, of: Int)
  /// A joint round is through; it moved the tilts so far, RMS, pixels, which had correlated so well with
  /// the volumes without them.
  case moved(round: Int, pixels: Double, confidence: Double)
  /// A sweep of the last reconstruction of one energy; the RMS residual of its rays, OD.
  case sweep(Int, of: Int, energy: PhotonEnergy, residual: Double)
}

extension TomogramAssembly {
  /// Tries held-back tilts again, aligns all tilts jointly and rebuilds the volumes.
  ///
  /// The loop of Yu et al. (Nat. Commun. 9, 921 (2018), Methods): reconstruct, re-project, lay each
  /// tilt on its re-projection by a similarity transform, until that moves nothing any more
  /// (`alignJointly`).
  ///
  /// - Parameters:
  ///   - work: Threads that share the slices.
  ///   - progress: Hears of every step and ends the work by `false`; what there is is a result.
  /// - Returns: How every tilt stands, by place in the series.
  @discardableResult
  public mutating func finish(
    sharing work: any WorkSharing = SerialWork(),
    progress: (FinishStep) -> Bool = { _ in true }
  ) -> [TiltReport] {
    guard acceptedTiltCount > 0 else { return tiltReports() }
    if isReconstructed { retryHeldBackScans() }
    let rounds = tomography.finalAlignmentRounds
    var goesOn = alignToRest(rounds: rounds, sharing: work, progress: progress)
    rebuild(sharing: work) { goesOn && progress($0) }
    // The volumes are better now than those that scans were held back for.
    if goesOn, retryHeldBackScans() > 0 {
      goesOn = alignToRest(rounds: rounds, sharing: work, progress: progress)
      rebuild(sharing: work) { goesOn && progress($0) }
    }
    return tiltReports()
  }

  /// Aligns jointly until a round moves nothing any more; false if `progress` ended it.
  ///
  /// Rounds that move the tilts further and further lead astray, as where a few rows of an object do not
  /// tell turns from shifts: after two such the tilts go back to where the first of them found them.
  ///
  /// - Parameters:
  ///   - rounds: The most rounds.
  ///   - work: Threads that share the slices.
  ///   - goesOn: Asked before each further round whether there is time for it.
  ///   - progress: Hears of every step.
  /// - Returns: Whether `progress` let it come to its end.
  mutating func alignToRest(
    rounds: Int,
    sharing work: any WorkSharing,
    while goesOn: () -> Bool = { true },
    progress: (FinishStep) -> Bool
  ) -> Bool {
    var steps: [(moved: Double, before: [Tilt])] = []
    for round in 0..<rounds {
      guard round == 0 || goesOn() else { return true }
      let before = tilts
      guard let found = alignJointly(round: round, sharing: work, progress: progress) else {
        return false
      }
      steps = steps.suffix(2) + [(found.moved, before)]
      selfConsistency = found.moved
      let step = FinishStep.moved(
        round: round,
        pixels: found.moved,
        confidence: found.confidence
      )
      guard progress(step) else { return false }
      if found.moved < registration.selfConsistency { return true }
      if steps.count == 3, steps[0].moved < steps[1].moved, steps[1].moved < steps[2].moved {
        tilts = steps[1].before
        return true
      }
    }
    return true
  }

  /// Registers held-back scans as if they came now; returns how many are accepted.
  @discardableResult
  private mutating func retryHeldBackScans() -> Int {
    guard retriesHeldBack else { return 0 }
    var accepted = 0
    for position in tilts.indices where !tilts[position].isWithheld {
      for energy in tilts[position].scans.keys.sorted() {
        guard let scan = tilts[position].scans[energy], !scan.isAccepted else { continue }
        if register(scan, of: position, energy: energy) == nil { accepted += 1 }
      }
    }
    return accepted
  }

  /// Reconstructs every energy's volume from the stored projections.
  private mutating func rebuild(
    sharing work: any WorkSharing,
    progress: (FinishStep) -> Bool
  ) {
    for energy in energies.indices {
      let series = series(energy: energy)
      guard !series.tilts.isEmpty else { continue }
      isReconstructed = true
      reconstructions[energy].reset()
      sweepResiduals[energy] = []
      var residuals: [Double] = []
      reconstructions[energy].sweep(over: series, parameters: tomography, sharing: work) { report in
        residuals.append(report.residual)
        return progress(
          .sweep(
            report.sweep,
            of: report.count,
            energy: energies[energy],
            residual: report.residual
          )
        )
      }
      sweepResiduals[energy] = residuals
    }
  }

  /// The projections that take part in an energy's volume, each laid on its axes when its turn comes.
  ///
  /// They stay as they stand now: the tomogram may go on growing.
  func series(energy: Int) -> TiltSeries {
    let accepted = tilts.filter { $0.isAccepted(energy: energy) }
    let shape = projectionShape
    return TiltSeries(tilts: accepted.map(\.angle)) { place in
      guard let projection = accepted[place].aligned(energy: energy, shape: shape) else {
        preconditionFailure("a tilt that takes part has no projection")
      }
      return projection
    }
  }
}
