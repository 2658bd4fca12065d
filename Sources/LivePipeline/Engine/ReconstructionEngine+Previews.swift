// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import Preprocessing
import Ptychography
import Registration
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
      mailbox.offer(TomogramPreviews(of: content.assembly, header: header).volume(energy: energy))
    }
    if mailbox.isDue(.alignment) { offerAlignment(content) }
    guard content.chemicalSummary != nil, mailbox.isDue(.chemistry) else { return }
    offerTomogram(
      content.assembly.name,
      content,
      reports: nil,
      isComplete: false,
      latestTilt: fold.tiltIndex
    )
  }

  /// Shows a tomogram: its chemistry, histogram and alignment.
  func offerTomogram(
    _ name: String,
    _ content: TomogramSession.Content,
    reports: [TiltReport]?,
    isComplete: Bool,
    latestTilt: Int? = nil
  ) {
    var header = PreviewHeader(sequence: 0)
    header.tomogram = name
    header.timestamp = nanosecondsNow()
    header.quality = [
      "tilts": Double(content.assembly.acceptedTiltCount), "complete": isComplete ? 1 : 0,
    ]
    if let summary = content.chemicalSummary, let inversion = inversion(configuration) {
      let previews = TomogramPreviews(of: content.assembly, header: header)
      for message in previews.chemistry(inversion, summary, tilt: latestTilt) {
        mailbox.offer(message)
      }
    }
    if isComplete {
      for (place, energy) in content.assembly.energies.enumerated() {
        var header = header
        header.energy = energy
        mailbox.offer(TomogramPreviews(of: content.assembly, header: header).volume(energy: place))
      }
    }
    if let reports { offerAlignment(content, reports, &header) }
  }

  /// Shows how the tilts of a tomogram that grows stand.
  func offerAlignment(_ content: TomogramSession.Content) {
    var header = PreviewHeader(sequence: 0)
    header.tomogram = content.assembly.name
    header.timestamp = nanosecondsNow()
    header.quality = ["tilts": Double(content.assembly.acceptedTiltCount), "complete": 0]
    offerAlignment(content, content.assembly.tiltReports(measuringResiduals: false), &header)
  }

  private func offerAlignment(
    _ content: TomogramSession.Content,
    _ reports: [TiltReport],
    _ header: inout PreviewHeader
  ) {
    addResolution(content.resolution, to: &header)
    for report in reports {
      header.text["held_back_\(report.tiltIndex)"] = report.heldBackReason
    }
    // What no projection determines is left out of what is shown.
    let place = ShiftGauge(
      fittedTo: reports.filter(\.accepted).map(\.shift),
      at: reports.filter(\.accepted).map(\.tilt),
      includingAxis: false
    )
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
        column("shift_rows", "pixel") { ($0.shift - place.shift(at: $0.tilt)).rows },
        column("shift_columns", "pixel") { ($0.shift - place.shift(at: $0.tilt)).columns },
        column("rotation", "degree") { $0.rotation },
        column("scale", "1") { $0.scale },
        column("residual", "1") { $0.residuals.compactMap { $0 }.max() ?? .nan },
        column("confidence", "1") { $0.confidence },
        column("accepted", "1") { $0.accepted ? 1 : 0 },
      ] + resolutionArrays(content.resolution)
    )
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
