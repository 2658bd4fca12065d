// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Ptychography
import Synchronization
import WireFormat

// What is shown of a scan while the run goes on. Nothing here changes a result.
extension ReconstructionEngine {
  /// Shows a cleaned pattern, as photons.
  func offerDiffraction(_ pattern: DiffractionPattern, of session: ScanSession) {
    guard mailbox.isDue(.diffraction) else { return }
    var photons = pattern.amplitudes
    for i in photons.values.indices {
      let amplitude = photons.values[i]
      photons.values[i] = amplitude < 0 ? .nan : amplitude * amplitude
    }
    var header = header(session.identity)
    header.frameCount = session.progress.withLock { $0.received }
    header.quality = quality(of: session)
    header.quality["index"] = Double(pattern.index)
    offer(.diffraction, header, [PreviewArray(name: "photons", image: photons, unit: "photon")])
  }

  /// Says that a scan's map has changed; the publisher makes it when it may go out, with all that
  /// came until then, the scan's last frames among them.
  func offerMap(of session: ScanSession) {
    mailbox.offer(map: session.key) { [self] in
      let map = session.transmission.withLock { $0 }
      guard let (image, step) = map.image() else { return nil }
      session.transmission.withLock { $0.noteShown(map.unshown.count) }
      let array = PreviewArray(name: "photons", image: image, unit: "photon", pixelSize: step)
      var header = header(session.identity)
      header.frameCount = map.count
      header.quality = quality(of: session)
      return ScanMap(
        message: PreviewMessage(topic: .stxm, header: header, arrays: [array]),
        received: map.unshown
      )
    }
  }

  /// Shows a scan's object and probe as they are.
  func offerScanPreviews(of session: ScanSession) {
    guard mailbox.isDue(.object) else { return }
    let snapshot = session.solver.withLock { solver -> (ComplexImage, ComplexImage)? in
      measureDataError(session, &solver)
      guard let object = solver.reconstruction?.transmission,
        let probe = solver.reconstruction?.probe
      else { return nil }
      return (object, probe)
    }
    guard let (object, probe) = snapshot else { return }
    let pixel = configuration.preprocessing.objectPixelSize
    var header = header(session.identity)
    header.frameCount = session.progress.withLock { $0.frames }
    header.quality = quality(of: session)
    offer(
      .object,
      header,
      [PreviewArray(name: "object", image: object, unit: "1", pixelSize: pixel)]
    )
    offer(
      .probe,
      header,
      [PreviewArray(name: "probe", image: probe, unit: "sqrt(photon)", pixelSize: pixel)]
    )
    mailbox.offer(
      rec: encodeRec(object, pixelSize: pixel, identifier: session.identity.scan)
    )
  }

  /// Shows a finished scan.
  func offer(_ finished: FinishedScan, of session: ScanSession) {
    let object = finished.object
    var header = header(object.identity)
    header.frameCount = object.frameCount
    header.text["end"] = object.end?.rawValue
    header.quality = quality(of: session)
    header.quality["data_error"] = object.dataError
    header.quality["vacuum_modulus"] = finished.vacuum.modulus
    header.quality["vacuum_fraction"] = finished.vacuum.fraction
    header.quality["vacuum_in_view"] = finished.vacuum.isInView ? 1 : 0
    if let halves = object.halves {
      header.quality["frc_half_period_m"] = halves.halfPeriodAtHalfBit.meters
      header.quality["frc_half_period_at_0.5_m"] = halves.halfPeriodAtOneHalf.meters
    }
    var arrays = [
      PreviewArray(
        name: "optical_density",
        image: finished.projection.opticalDensity,
        unit: "1",
        pixelSize: object.pixelSize
      ),
      PreviewArray(
        name: "coverage",
        image: finished.projection.coverage,
        unit: "1",
        pixelSize: object.pixelSize
      ),
    ]
    if let error = finished.projection.opticalDensityError {
      arrays.append(
        PreviewArray(
          name: "optical_density_error",
          image: error,
          unit: "1",
          pixelSize: object.pixelSize
        )
      )
    }
    offer(.projection, header, arrays)
    mailbox.offer(rec: encodeRec(object))
  }

  /// How good a scan is so far, and how much of its time it has used.
  private func quality(of session: ScanSession) -> [String: Double] {
    let progress = session.progress.withLock { $0 }
    let expected = Double(session.expectedFrames)
    let used = (ContinuousClock.now - session.opened).inSeconds
    return [
      "iteration": Double(progress.iteration),
      "overlap_error": progress.overlapError,
      "data_error": progress.dataError,
      "frames_expected": expected,
      "coverage": expected > 0 ? Double(progress.frames) / expected : .nan,
      "frames_dropped": Double(board.status.counters.lost),
      "time_used_s": used,
      "time_budget_s": progress.budget ?? .nan,
      "time_budget_used": progress.budget.map { used / $0 } ?? .nan,
    ]
  }

  /// Compares patterns and model where ten iterations have passed: it costs half an iteration.
  private func measureDataError(_ session: ScanSession, _ solver: inout ScanSession.Solver) {
    let measured = session.progress.withLock { $0.measuredIteration }
    let iteration = solver.reconstruction?.iteration ?? 0
    guard measured == 0 || iteration >= measured + 10 else { return }
    solver.reconstruction?.measureDataError()
    let error = solver.reconstruction?.dataError ?? .nan
    session.progress.withLock {
      $0.dataError = error
      $0.measuredIteration = iteration
    }
  }
}
