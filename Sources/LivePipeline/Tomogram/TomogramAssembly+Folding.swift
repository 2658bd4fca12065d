// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging
import Registration
import Tomography

extension TomogramAssembly {
  /// Lays a projection on the running volume and folds it in, then replays stored tilts.
  ///
  /// - Parameters:
  ///   - projection: The optical density of one tilt at one energy, of any shape about the rotation
  ///     axis' middle; what lies outside the volume counts as empty.
  ///   - withheld: Whether somebody keeps its tilt out: it is stored, not folded.
  ///   - replays: How many replays follow; the parameters' number if nil.
  ///   - work: Threads that share the slices.
  ///   - goesOn: Asked before each replay whether there is time for it.
  /// - Returns: What became of it.
  public mutating func fold(
    _ projection: Projection,
    withheld: Bool = false,
    replays: Int? = nil,
    sharing work: any WorkSharing = SerialWork(),
    while goesOn: () -> Bool = { true }
  ) -> FoldReport {
    switch place(projection) {
    case .refused(let report):
      return report
    case .placed(let position, let energy, let scan):
      if withheld || tilts[position].isWithheld {
        // Kept, in case the tilt is taken back.
        tilts[position].isWithheld = true
        tilts[position].reason = Self.onRequest
        tilts[position].scans[energy] = scan
        return .refused(
          Self.onRequest,
          tiltIndex: tilts[position].index,
          energyIndex: energy
        )
      }
      let isNew = tilts[position].scans[energy]?.residual == nil
      if let mistrust = register(scan, of: position, energy: energy) {
        return .refused(
          mistrust.reason,
          remedy: mistrust.remedy,
          tiltIndex: tilts[position].index,
          energyIndex: energy,
          confidence: mistrust.confidence
        )
      }
      let residual = foldIn(
        position,
        energy: energy,
        relaxation: isNew ? tomography.relaxationOfNewTilt : tomography.relaxationOfReplay,
        sharing: work
      )
      refinements[energy] = 0
      isReconstructed = true
      let most = replays ?? tomography.replaysPerFold
      let done = replay(most, energy, besides: position, sharing: work, while: goesOn)
      reconstructions[energy].lowerVariation(
        parameters: tomography,
        ofSweepOver: stored(energy: energy).count,
        sharing: work
      )
      let folded = tilts[position]
      return FoldReport(
        tiltIndex: folded.index,
        energyIndex: energy,
        shift: folded.transform.shift + (folded.scans[energy]?.offset ?? .zero),
        confidence: folded.scans[energy]?.confidence ?? 0,
        residual: residual,
        accepted: true,
        replays: done,
        film: folded.scans[energy]?.film
      )
    }
  }

  // MARK: - Volumes

  /// Folds a stored scan into its volume.
  @discardableResult
  mutating func foldIn(
    _ position: Int,
    energy: Int,
    relaxation: Float,
    sharing work: any WorkSharing
  ) -> Double {
    guard let projection = tilts[position].aligned(energy: energy, shape: projectionShape) else {
      return .nan
    }
    let residual = reconstructions[energy].fold(
      projection,
      relaxation: relaxation,
      sharing: work
    )
    tilts[position].scans[energy]?.residual = residual
    return residual
  }

  /// Folds stored tilts again, far from one another in angle, each re-aligned by a small step.
  ///
  /// - Returns: How many there was time for.
  private mutating func replay(
    _ count: Int,
    _ energy: Int,
    besides newest: Int,
    sharing work: any WorkSharing,
    while goesOn: () -> Bool
  ) -> Int {
    let stored = stored(energy: energy)
    let angles = Dictionary(uniqueKeysWithValues: stored.map { ($0, tilts[$0].angle) })
    for done in 0..<min(count, stored.count - 1) {
      guard goesOn(),
        let position = schedules[energy].replays(1, of: angles, besides: newest).first
      else { return done }
      realign(position, energy: energy, sharing: work)
      foldIn(position, energy: energy, relaxation: tomography.relaxationOfReplay, sharing: work)
    }
    return max(0, min(count, stored.count - 1))
  }

  /// Takes a part of one capped Gauss-Newton step towards the running volume.
  mutating func realign(
    _ position: Int,
    energy: Int,
    sharing work: any WorkSharing
  ) {
    guard
      registration.replayDamping > 0,
      let projection = tilts[position].aligned(energy: energy, shape: projectionShape)
    else { return }
    let estimate = gaussNewtonShift(
      of: projection.values,
      weights: projection.weights,
      onto: ParallelProjector.project(
        reconstructions[energy].volume,
        at: projection.tilt,
        sharing: work
      ),
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
