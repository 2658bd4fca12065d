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

// What is shown while the run goes on. Nothing here changes a result; a newcomer costs a fold that is on the rest
// of its replays, once in some seconds (`TomogramSession.Content.mayGiveWay`).
extension ReconstructionEngine {
  /// Shows what a fold changed.
  func offer(_ finished: FinishedScan, _ fold: FoldReport, _ content: TomogramSession.Content) {
    let object = finished.object
    if let energy = fold.energyIndex, fold.accepted,
      mailbox.isDue(.volume, energy: content.assembly.energies[energy])
    {
      var header = header(object.identity)
      header.frameCount = object.frameCount
      header.quality = figures(of: content, isComplete: false)
      header.quality.merge([
        "residual": fold.residual,
        "confidence": fold.confidence,
        "shift_row_px": fold.shift.rows,
        "shift_column_px": fold.shift.columns,
        "data_error": object.dataError,
        "overlap_error": object.overlapError,
      ]) { $1 }
      mailbox.offer(previews(of: content, header).volume(energy: energy))
    }
    if mailbox.isDue(.alignment) { offerAlignment(content) }
    offerChemistry(content, header(of: content)) { mailbox.isDue($0) }
  }

  /// Shows a tomogram.
  ///
  /// - Parameters:
  ///   - content: What there is of it.
  ///   - reports: How its tilts stand.
  ///   - isComplete: Whether it is complete.
  ///   - isShown: Asked of each topic before it is made.
  func offerTomogram(
    _ content: TomogramSession.Content,
    _ reports: [TiltReport],
    isComplete: Bool,
    where isShown: (PreviewTopic) -> Bool
  ) {
    guard mailbox.isOpen else { return }
    var header = header(of: content, isComplete: isComplete)
    offerChemistry(content, header, where: isShown)
    if isShown(.volume) {
      for (place, energy) in content.assembly.energies.enumerated() {
        var header = header
        header.energy = energy
        header.energyIndex = place
        mailbox.offer(previews(of: content, header).volume(energy: place))
      }
    }
    if isShown(.alignment) { offerAlignment(content, reports, &header) }
  }

  /// Keeps a tomogram as it is for newcomers: nothing can be made for them until what begins now is
  /// through, which may take minutes.
  func keepForNewcomers(_ content: TomogramSession.Content) {
    guard !content.assembly.energies.isEmpty else { return }
    let reports = content.assembly.tiltReports(measuringResiduals: false)
    offerTomogram(content, reports, isComplete: false) { _ in true }
  }

  /// Shows the tomograms as they are to those who had not followed them before.
  func offerAskedFor() {
    let topics = mailbox.takeAskedFor()
    // The last one stays: that of the scan in hand.
    let current = board.status.tomogram
    let known = tomograms.withLock { $0.values.sorted { $0.name < $1.name } }
    for session in known.filter({ $0.name != current }) + known.filter({ $0.name == current }) {
      session.content.withLock { content in
        guard !content.isStack, !content.assembly.energies.isEmpty else { return }
        let reports = content.assembly.tiltReports(measuringResiduals: false)
        offerTomogram(content, reports, isComplete: content.isComplete) { topics.contains($0) }
      }
    }
  }

  /// Shows what refinement made of the chemistry of a tomogram.
  func offerRefinedChemistry(_ content: TomogramSession.Content) {
    offerChemistry(content, header(of: content)) { mailbox.isWanted($0) }
  }

  /// Shows the chemistry, with the map of the latest tilt that has both energies.
  private func offerChemistry(
    _ content: TomogramSession.Content,
    _ header: PreviewHeader,
    where isShown: (PreviewTopic) -> Bool
  ) {
    guard let summary = content.chemicalSummary,
      let inversion = inversion(configuration)
    else { return }
    let previews = previews(of: content, header)
    if isShown(.chemistry),
      let choice = ChemicalEnergies(of: content.assembly.energies, by: inversion.parameters),
      let chemistry = previews.chemistry(inversion, summary, tilt: content.latestPair(choice))
    {
      mailbox.offer(chemistry)
    }
    if isShown(.histogram) { mailbox.offer(previews.histogram(summary)) }
  }

  private func previews(
    of content: TomogramSession.Content,
    _ header: PreviewHeader
  ) -> TomogramPreviews {
    TomogramPreviews(of: content.assembly, header: header, sharing: crew)
  }

  /// What a preview of a tomogram says of itself.
  private func header(
    of content: TomogramSession.Content,
    isComplete: Bool = false
  ) -> PreviewHeader {
    var header = PreviewHeader(sequence: 0)
    header.tomogram = content.assembly.name
    header.timestamp = nanosecondsNow()
    header.quality = figures(of: content, isComplete: isComplete)
    return header
  }

  private func figures(
    of content: TomogramSession.Content,
    isComplete: Bool
  ) -> [String: Double] {
    [
      "tilts": Double(content.assembly.acceptedTiltCount),
      "complete": isComplete ? 1 : 0,
      "frames_dropped": Double(board.status.counters.lost),
    ]
  }

  /// Shows how the tilts of a tomogram that grows stand.
  func offerAlignment(_ content: TomogramSession.Content) {
    guard mailbox.isWanted(.alignment), !content.assembly.energies.isEmpty else { return }
    var header = header(of: content)
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
    for (degrees, words) in content.leftOutWords {
      header.text["left_out_\(Words.angle(degrees))"] = words
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
    let indices = PreviewArray(
      name: "tilt_index",
      shape: [reports.count],
      elementType: .int32,
      unit: "1",
      bytes: SharedBytes(copying: reports.map { Int32($0.tiltIndex) })
    )
    offer(
      .alignment,
      header,
      [
        indices,
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
