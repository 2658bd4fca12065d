// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Ptychography
import Synchronization
import WireFormat

// What is shown of a scan while the run goes on. Nothing here changes a result.
extension ReconstructionEngine {
  /// Shows a cleaned pattern and the mean of those before, as photons.
  func offerDiffraction(_ pattern: DiffractionPattern, of session: ScanSession) {
    guard mailbox.isOpen else { return }
    // Also while nobody looks: who comes later sees the mean of the whole scan.
    session.meanPattern.withLock { $0.add(pattern.amplitudes) }
    if mailbox.mayFollow(.diffraction) {
      var header = header(session.identity)
      header.frameCount = session.progress.withLock { $0.received }
      header.quality = quality(of: session)
      header.quality["index"] = Double(pattern.index)
      let known = header
      mailbox.offer(.diffraction) { Self.diffraction(pattern, known, session) }
    }
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

  private static func diffraction(
    _ pattern: DiffractionPattern,
    _ known: PreviewHeader,
    _ session: ScanSession
  ) -> PreviewMessage {
    var photons = pattern.amplitudes
    for i in photons.values.indices {
      let amplitude = photons.values[i]
      photons.values[i] = amplitude < 0 ? .nan : amplitude * amplitude
    }
    var message = PreviewMessage(
      topic: .diffraction,
      header: known,
      arrays: [PreviewArray(name: "photons", image: photons, unit: "photon")]
    )
    let mean = session.meanPattern.withLock { $0 }
    message.header.quality["mean_frames"] = Double(mean.count)
    if let image = mean.image {
      message.arrays.append(PreviewArray(name: "mean_photons", image: image, unit: "photon"))
    }
    return message
  }

  /// Shows a scan's object and probe as they are.
  func offerScanPreviews(of session: ScanSession) {
    guard mailbox.mayFollow(.object) else { return }
    let topics = [PreviewTopic.object, .probe].filter { mailbox.isWanted($0) }
    guard !topics.isEmpty || mailbox.isRecWanted else { return }
    let snapshot = session.solver.withLock { solver -> (ComplexImage, ComplexImage)? in
      measureDataError(session, &solver)
      guard let object = solver.reconstruction?.transmission,
        let probe = solver.reconstruction?.probe
      else { return nil }
      return (object, probe)
    }
    guard let (object, probe) = snapshot else { return }
    var header = header(session.identity)
    header.frameCount = session.progress.withLock { $0.frames }
    header.quality = quality(of: session)
    offer(object: object, probe: probe, header, configuration.preprocessing.objectPixelSize)
  }

  /// Shows an object and its probe; the arrays are made when they go out.
  private func offer(
    object: ComplexImage,
    probe: ComplexImage,
    _ header: PreviewHeader,
    _ pixel: Length
  ) {
    @Sendable func message(_ topic: PreviewTopic, _ image: ComplexImage, _ unit: String)
      -> PreviewMessage
    {
      PreviewMessage(
        topic: topic,
        header: header,
        arrays: [
          PreviewArray(name: topic.rawValue, image: image, unit: unit, pixelSize: pixel)
        ]
      )
    }
    mailbox.offer(.object) { message(.object, object, "1") }
    mailbox.offer(.probe) { message(.probe, probe, "sqrt(photon)") }
    mailbox.offer(rec: { encodeRec(object, pixelSize: pixel, identifier: header.scan ?? "") })
  }

  /// Shows a finished scan: its projection, and its object and probe as they are in the end.
  func offer(_ finished: FinishedScan, of session: ScanSession) {
    guard mailbox.isOpen else { return }
    let object = finished.object
    var header = header(object.identity)
    header.frameCount = object.frameCount
    header.text["end"] = object.end?.rawValue
    header.quality = quality(of: session)
    header.quality["data_error"] = object.dataError
    offer(object: object.transmission, probe: object.probe, header, object.pixelSize)
    header.quality["vacuum_modulus"] = finished.vacuum.modulus
    header.quality["vacuum_fraction"] = finished.vacuum.fraction
    header.quality["vacuum_in_view"] = finished.vacuum.isInView ? 1 : 0
    if let halves = object.halves {
      header.quality["frc_half_period_m"] = halves.halfPeriodAtHalfBit.meters
      header.quality["frc_half_period_at_0.5_m"] = halves.halfPeriodAtOneHalf.meters
    }
    let known = header
    let projection = finished.projection
    mailbox.offer(.projection, energy: object.identity.energy) {
      Self.projection(projection, known, object.pixelSize)
    }
  }

  private static func projection(
    _ projection: Projection,
    _ header: PreviewHeader,
    _ pixel: Length
  ) -> PreviewMessage {
    func array(_ name: String, _ image: Image) -> PreviewArray {
      PreviewArray(name: name, image: image, unit: "1", pixelSize: pixel)
    }
    var arrays = [
      array("optical_density", projection.opticalDensity),
      array("coverage", projection.coverage),
    ]
    if let error = projection.opticalDensityError {
      arrays.append(array("optical_density_error", error))
    }
    return PreviewMessage(topic: .projection, header: header, arrays: arrays)
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
