// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography
import ResolutionMetrics
import Synchronization

extension ReconstructionEngine {
  /// Reconstructs every other frame of a scan that has settled, twice, and compares the objects.
  ///
  /// - Parameters:
  ///   - reconstruction: The whole scan.
  ///   - object: Its result.
  ///   - session: The scan.
  /// - Returns: The comparison; nil where none is wanted or possible, or where time is short.
  func compareHalves(
    of reconstruction: borrowing IncrementalReconstruction,
    _ object: ReconstructedObject,
    _ session: ScanSession
  ) -> HalfScanCorrelation? {
    let progress = session.progress.withLock { $0 }
    let results = configuration.results
    guard results.halfScanTiming == .perTilt, !progress.isCut, !progress.wasAborted else {
      return nil
    }
    guard reconstruction.hasEnoughFramesForHalves,
      let region = PixelRegion(litBy: object.coverage)
    else {
      report(
        RunEvent(.warning, "has too few frames to compare halves of them", scan: session.key)
      )
      return nil
    }
    // One after the other: each needs half of the whole scan's memory.
    var objects: [ComplexImage] = []
    for part in 0..<2 {
      var half = reconstruction.half(part)
      let all = results.halfScanIterations
      let refinement = min(session.configuration.ptychography.likelihoodIterations, all / 2)
      half.iterate(all - refinement)
      half.refine(refinement)
      objects.append(half.transmission)
    }
    return HalfScanComparison(objects[0], objects[1], in: region, pixelSize: object.pixelSize)
      .record(iterations: results.halfScanIterations)
  }
}
