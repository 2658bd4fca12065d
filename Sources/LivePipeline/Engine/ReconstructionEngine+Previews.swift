// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import Preprocessing
import Ptychography
import Synchronization
import Tomography
import WireFormat

// What is shown while the run goes on. Nothing here changes a result.
extension ReconstructionEngine {
  /// Shows a cleaned pattern, as photons.
  func offerDiffraction(_ pattern: DiffractionPattern, of session: ScanSession) {
    if mailbox.isDue(.diffraction) {
      var photons = pattern.amplitudes
      for i in photons.values.indices {
        let amplitude = photons.values[i]
        photons.values[i] = amplitude < 0 ? .nan : amplitude * amplitude
      }
      var header = header(session.identity)
      header.frameCount = session.progress.withLock { $0.received }
      header.quality = ["index": Double(pattern.index)]
      offer(.diffraction, header, [PreviewArray(name: "photons", image: photons, unit: "photon")])
    }
    if mailbox.isDue(.stxm) {
      let map = session.transmission.withLock { $0 }
      guard let (image, step) = map.image() else { return }
      let array = PreviewArray(name: "photons", image: image, unit: "photon", pixelSize: step)
      var header = header(session.identity)
      header.frameCount = map.count
      offer(.stxm, header, [array])
    }
  }

  /// Shows a scan's object and probe as they are.
  func offerScanPreviews(of session: ScanSession) {
    guard mailbox.isDue(.object) else { return }
    let snapshot = session.solver.withLock { solver -> (ComplexImage, ComplexImage)? in
      guard let object = solver.reconstruction?.transmission,
        let probe = solver.reconstruction?.probe
      else { return nil }
      return (object, probe)
    }
    guard let (object, probe) = snapshot else { return }
    let pixel = configuration.preprocessing.objectPixelSize
    let progress = session.progress.withLock { $0 }
    var header = header(session.identity)
    header.frameCount = progress.frames
    header.quality = [
      "iteration": Double(progress.iteration),
      "overlap_error": progress.overlapError,
      "frames_expected": Double(session.expectedFrames),
      "coverage": session.expectedFrames > 0
        ? Double(progress.frames) / Double(session.expectedFrames) : .nan,
      "frames_dropped": Double(board.status.counters.lost),
    ]
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
  func offer(_ finished: FinishedScan) {
    let object = finished.object
    var header = header(object.identity)
    header.frameCount = object.frameCount
    header.quality = [
      "iteration": Double(object.iteration),
      "data_error": object.dataError,
      "overlap_error": object.overlapError,
      "vacuum_modulus": finished.vacuum.modulus,
      "vacuum_fraction": finished.vacuum.fraction,
    ]
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

  /// Shows what a fold changed.
  func offer(_ finished: FinishedScan, _ fold: FoldReport, _ content: TomogramSession.Content) {
    if let energy = fold.energyIndex, fold.accepted, mailbox.isDue(.volume) {
      var header = header(finished.object.identity)
      header.quality = [
        "residual": fold.residual,
        "confidence": fold.confidence,
        "shift_row_px": fold.shift.rows,
        "shift_column_px": fold.shift.columns,
      ]
      offer(.volume, header, slices(of: content.assembly.volumes[energy], "optical_density"))
    }
    guard content.chemistry != nil, mailbox.isDue(.chemistry) else { return }
    offerTomogram(content.assembly.name, content, reports: nil, isComplete: false)
  }

  /// Shows a tomogram: its chemistry, histogram and alignment.
  func offerTomogram(
    _ name: String,
    _ content: TomogramSession.Content,
    reports: [TiltReport]?,
    isComplete: Bool
  ) {
    var header = PreviewHeader(sequence: 0)
    header.tomogram = name
    header.timestamp = nanosecondsNow()
    header.quality = [
      "tilts": Double(content.assembly.acceptedTiltCount), "complete": isComplete ? 1 : 0,
    ]
    if let chemistry = content.chemistry {
      offerChemistry(chemistry, content.assembly, header)
    }
    if isComplete {
      for (volume, energy) in zip(content.assembly.volumes, content.assembly.energies) {
        var header = header
        header.energy = energy
        offer(.volume, header, slices(of: volume, "optical_density"))
      }
    }
    guard let reports else { return }
    func column(_ name: String, _ unit: String, _ value: (TiltReport) -> Double) -> PreviewArray {
      PreviewArray(
        name: name,
        shape: [reports.count],
        values: reports.map { Float(value($0)) },
        unit: unit
      )
    }
    offer(
      .alignment,
      header,
      [
        column("rotation_angle", "degree") { $0.tilt.degrees },
        column("shift_rows", "pixel") { $0.shift.rows },
        column("shift_columns", "pixel") { $0.shift.columns },
        column("residual", "1") { $0.residuals.compactMap { $0 }.max() ?? .nan },
        column("confidence", "1") { $0.confidence },
        column("accepted", "1") { $0.accepted ? 1 : 0 },
      ]
    )
  }

  private func offerChemistry(
    _ chemistry: ChemicalVolumes,
    _ assembly: TomogramAssembly,
    _ header: PreviewHeader
  ) {
    var header = header
    if let charge = chemistry.stateOfCharge {
      header.quality["state_of_charge"] = charge.fraction
      header.quality["state_of_charge_uncertainty"] = charge.uncertainty
    }
    offer(
      .chemistry,
      header,
      slices(of: chemistry.lithiated, "lithiated")
        + slices(of: chemistry.delithiated, "delithiated")
    )
    let order = assembly.energies.indices.sorted { assembly.energies[$0] < assembly.energies[$1] }
    let volumes = assembly.volumes
    let histogram = PolarHistogram(
      polarAngle: chemistry.polarAngle,
      first: volumes[order[0]],
      second: volumes[order[1]]
    )
    if let fit = histogram.twoGaussianFit() {
      header.quality["low_center_deg"] = fit.low.center
      header.quality["low_width_deg"] = fit.low.width
      header.quality["high_center_deg"] = fit.high.center
      header.quality["high_width_deg"] = fit.high.width
    }
    let shape = [histogram.centers.count]
    offer(
      .histogram,
      header,
      [
        PreviewArray(
          name: "polar_angle",
          shape: shape,
          values: histogram.centers.map { Float($0) },
          unit: "degree"
        ),
        PreviewArray(
          name: "weight",
          shape: shape,
          values: histogram.weights.map { Float($0) },
          unit: "1"
        ),
      ]
    )
  }

  /// The three middle slices of a volume.
  private func slices(of volume: Volume, _ name: String) -> [PreviewArray] {
    let pixel = configuration.tomography.voxelSize
    return [
      PreviewArray(
        name: "\(name)_along_beam",
        image: volume.slice(z: volume.sizeZ / 2),
        unit: "1",
        pixelSize: pixel
      ),
      PreviewArray(
        name: "\(name)_across_axis",
        image: volume.slice(y: volume.sizeY / 2),
        unit: "1",
        pixelSize: pixel
      ),
      PreviewArray(
        name: "\(name)_from_side",
        image: volume.slice(x: volume.sizeX / 2),
        unit: "1",
        pixelSize: pixel
      ),
    ]
  }

  private func header(_ identity: ScanIdentity) -> PreviewHeader {
    var header = PreviewHeader(sequence: 0, identity: identity)
    header.timestamp = nanosecondsNow()
    return header
  }

  private func offer(_ topic: PreviewTopic, _ header: PreviewHeader, _ arrays: [PreviewArray]) {
    mailbox.offer(PreviewMessage(topic: topic, header: header, arrays: arrays))
  }
}
