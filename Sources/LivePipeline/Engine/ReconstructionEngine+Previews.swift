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
    addResolution(content.resolution, to: &header)
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
      ] + resolutionArrays(content.resolution)
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

  func header(_ identity: ScanIdentity) -> PreviewHeader {
    var header = PreviewHeader(sequence: 0, identity: identity)
    header.timestamp = nanosecondsNow()
    return header
  }

  func offer(_ topic: PreviewTopic, _ header: PreviewHeader, _ arrays: [PreviewArray]) {
    mailbox.offer(PreviewMessage(topic: topic, header: header, arrays: arrays))
  }
}
