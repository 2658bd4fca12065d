// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging
import Registration
import Tomography

extension TomogramAssembly {
  /// Lays a projection on the running volume and folds it in, then replays stored tilts.
  ///
  /// - Parameter projection: The optical density of one tilt at one energy, of any shape about
  ///   the rotation axis' middle; what lies outside the volume counts as empty.
  /// - Returns: What became of it.
  public mutating func fold(_ projection: Projection) -> FoldReport {
    switch place(projection) {
    case .refused(let report):
      return report
    case .placed(let position, let energy):
      let tilt = tilts[position]
      if !tilt.isAccepted, let mistrust = register(position, energy: energy) {
        return .refused(
          mistrust.reason,
          remedy: mistrust.remedy,
          tiltIndex: tilt.index,
          energyIndex: energy,
          confidence: tilts[position].confidence
        )
      }
      if tilt.isAccepted { layOnOtherEnergy(position, energy: energy) }
      tilts[position].isAccepted = true
      let residual = foldIn(position, energy: energy)
      replay(energy: energy, except: position)
      reconstructions[energy].lowerVariation(parameters: tomography)
      let folded = tilts[position]
      return FoldReport(
        tiltIndex: folded.index,
        energyIndex: energy,
        shift: folded.transform.shift + (folded.scans[energy]?.offset ?? .zero),
        confidence: folded.confidence,
        residual: residual,
        accepted: true
      )
    }
  }

  // MARK: - Volumes

  /// Folds a stored scan into its volume, the more gently the more often it has been.
  @discardableResult
  private mutating func foldIn(_ position: Int, energy: Int) -> Double {
    guard let projection = tilts[position].aligned(energy: energy, shape: projectionShape) else {
      return .nan
    }
    let folds = tilts[position].scans[energy]?.foldCount ?? 0
    tilts[position].scans[energy]?.foldCount += 1
    return reconstructions[energy].fold(
      projection,
      relaxation: tomography.relaxation(ofSweep: folds)
    )
  }

  /// Folds stored tilts again, far from one another in angle, each re-aligned by a small step.
  private mutating func replay(energy: Int, except newest: Int) {
    let stored = tilts.indices.filter {
      tilts[$0].isAccepted && $0 != newest && tilts[$0].scans[energy] != nil
    }
    guard !stored.isEmpty else { return }
    let order = ReplayOrder.decorrelated(stored.map { tilts[$0].angle })
    for _ in 0..<min(tomography.replaysPerFold, stored.count) {
      let position = stored[order[replayCursors[energy] % order.count]]
      replayCursors[energy] += 1
      realign(position, energy: energy)
      foldIn(position, energy: energy)
    }
  }

  /// Takes a part of one capped Gauss-Newton step towards the running volume.
  private mutating func realign(_ position: Int, energy: Int) {
    guard
      registration.replayDamping > 0,
      let projection = tilts[position].aligned(energy: energy, shape: projectionShape)
    else { return }
    let estimate = gaussNewtonShift(
      of: projection.values,
      weights: projection.weights,
      onto: ParallelProjector.project(reconstructions[energy].volume, at: projection.tilt),
      steps: 1,
      limit: registration.stepLimit
    )
    guard estimate.confidence >= registration.minimumConfidence else { return }
    let part = registration.replayDamping
    tilts[position].transform.shift =
      tilts[position].transform.shift
      + PixelShift(rows: part * estimate.shift.rows, columns: part * estimate.shift.columns)
  }
}
