// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Foundation
import HDF5Storage
import Imaging
import Synchronization
import Tomography
import WireFormat

// The steps of one tomogram. Each needs the tomogram to itself.
extension ReconstructionEngine {
  /// What became of a finished scan.
  struct FoldOutcome {
    /// The tomogram that it belongs to; nil where it belongs to none.
    var tomogram: String?
    /// Whether the tomogram has now all projections that its source announced.
    var hasAll = false
  }

  /// Folds a finished scan's projection into its tomogram, and solves the chemistry anew where its
  /// tilt now has both energies.
  ///
  /// - Parameters:
  ///   - scan: The scan.
  ///   - replays: How many stored tilts are folded again after it, as a recorded run did; if nil as
  ///     many as `tomography.replay_budget_s` leaves time for.
  /// - Returns: What became of it.
  func fold(_ scan: FinishedScan, replays: Int? = nil) -> FoldOutcome {
    guard let finished = placedOrHeldBack(scan) else { return FoldOutcome() }
    guard !finished.wasAborted else {
      report(
        RunEvent(
          .info,
          "is reconstructed and kept, not folded: it was given up. Its tomogram is complete when it is "
            + "measured again, or when the run ends",
          scan: finished.key
        )
      )
      noteLeftOut(finished.object.identity, "the scan was given up")
      return FoldOutcome()
    }
    let session = tomogram(
      of: finished.object.identity,
      tilts: finished.tiltCount,
      energies: finished.energyCount
    )
    return session.content.withLock { content in
      defer { note(content, of: session) }
      guard !content.isStack else {
        content.add(finished.object.identity)
        content.isComplete = false
        return FoldOutcome(tomogram: session.name, hasAll: session.hasAll(content))
      }
      let order = order(for: finished, of: session.name)
      if order == .drop {
        schedule.note(
          ScheduleStep(.fold, scan: finished.key, iterations: 0, tomogram: session.name)
        )
        content.add(finished.object.identity)
        content.noteDropped(finished.object.identity.tilt?.degrees ?? 0)
        offerAlignment(content)
        report(
          RunEvent(
            .info,
            "is reconstructed and kept, not folded: somebody dropped its tilt",
            scan: finished.key
          )
        )
        return FoldOutcome(tomogram: session.name, hasAll: session.hasAll(content))
      }
      // A recorded fold was one, whatever this configuration asks for.
      if let shortage = finished.shortage, replays == nil {
        schedule.note(ScheduleStep(.fold, scan: finished.key, tomogram: session.name))
        content.add(finished.object.identity)
        // Where the whole run ends, what its last scan lacks was never asked for.
        content.leaveOut(
          finished.object.identity,
          shortage,
          isShortcoming: finished.end != .finished
        )
        offerAlignment(content)
        report(
          RunEvent(
            .warning,
            "is reconstructed and kept, not folded: \(shortage); measure it again",
            scan: finished.key
          )
        )
        return FoldOutcome(tomogram: session.name, hasAll: session.hasAll(content))
      }
      let parameters = finished.foldConfiguration
      content.assembly.adjust(parameters.registration, parameters.tomography)
      let end = ContinuousClock.now + .seconds(parameters.tomography.replayBudget)
      let mayGiveWay = content.mayGiveWay
      let fold = content.assembly.fold(
        finished.projection,
        withheld: order == .holdBack,
        replays: replays,
        sharing: crew
      ) {
        // What is left of the replays gives way to a newcomer; refinement makes up for them.
        replays != nil || (ContinuousClock.now < end && !(mayGiveWay && mailbox.isAskedFor))
      }
      if mayGiveWay, mailbox.isAskedFor { content.gaveWay = .now }
      schedule.note(
        ScheduleStep(.fold, scan: finished.key, iterations: fold.replays, tomogram: session.name)
      )
      content.add(fold, of: finished.object.identity)
      // A projection that comes after the end, such as a repeated tilt: completed again later.
      content.isComplete = false
      tell(of: fold, finished)
      if let film = fold.film, !content.toldOfFilm {
        content.toldOfFilm = true
        report(
          RunEvent(
            .info,
            "the objects seem to lie on a film of optical density "
              + "\(String(format: "%.2f", film)), which goes into the volume; "
              + "tomography.subtract_film: true takes it off",
            scan: finished.key
          )
        )
      }
      if let tilt = fold.tiltIndex, let energy = fold.energyIndex {
        content.energiesOfTilt[tilt, default: []].insert(energy)
        if fold.accepted, content.energiesOfTilt[tilt]?.count ?? 0 > 1 {
          solve(&content, configuration)
          notePair(ofTilt: tilt, &content, configuration)
        }
      }
      offer(finished, fold, content)
      return FoldOutcome(
        tomogram: session.name,
        hasAll: session.hasAll(content)
      )
    }
  }

  /// Folds stored tilts again while nothing else is to be done.
  ///
  /// - Parameters:
  ///   - name: The tomogram.
  ///   - count: How many, as a recorded run did; if nil as many as there is time for.
  ///   - goesOn: Asked after each whether there is time for another.
  /// - Returns: Whether more of it would gain anything.
  func refine(_ name: String, count: Int? = nil, while goesOn: () -> Bool = { true }) -> Bool {
    guard let session = tomograms.withLock({ $0[name] }) else { return false }
    return session.content.withLock { content in
      guard !content.isComplete else { return false }
      var done = 0
      while done < count ?? .max, content.assembly.refine(sharing: crew) {
        done += 1
        guard count != nil || goesOn() else { break }
      }
      if done > 0 {
        schedule.note(ScheduleStep(.refine, iterations: done, tomogram: name))
        offerRefined(&content)
      }
      return !content.assembly.isAtRest
    }
  }

  /// Shows what refinement made of a tomogram, when it is due and when it has come to rest.
  private func offerRefined(_ content: inout TomogramSession.Content) {
    let isDue = mailbox.isDue(.chemistry) || mailbox.isDue(.histogram)
    guard content.assembly.isAtRest || isDue else { return }
    if content.assembly.energies.count > 1 { solve(&content, configuration) }
    offerRefinedChemistry(content)
    offerAlignment(content)
  }

  /// Counts a scan that has no projection.
  ///
  /// - Parameter session: The scan.
  /// - Returns: The tomogram's name, if it now has all that it will get.
  func skip(_ session: ScanSession) -> String? {
    guard session.identity.tilt != nil else { return nil }
    guard !session.progress.withLock({ $0.wasAborted }) else {
      noteLeftOut(session.identity, "the scan was given up")
      return nil
    }
    let tomogram = tomogram(
      of: session.identity,
      tilts: session.description.tiltCount,
      energies: session.description.energyCount
    )
    return tomogram.content.withLock { content in
      defer { note(content, of: tomogram) }
      content.add(session.identity)
      content.noteLeftOut(session.identity, "the scan had no usable frame")
      return tomogram.hasAll(content) ? tomogram.name : nil
    }
  }

  /// Notes that what was measured at a tilt is not in its tomogram.
  private func noteLeftOut(_ identity: ScanIdentity, _ reason: String) {
    let name = identity.tomogram ?? Self.unnamed
    let begun = tomograms.withLock { tomograms -> TomogramSession? in
      if let session = tomograms[name] { return session }
      leftOutBefore.withLock { $0.append((identity, reason)) }
      return nil
    }
    guard let session = begun else { return }
    session.content.withLock { content in
      content.noteLeftOut(identity, reason)
      offerAlignment(content)
    }
  }

  /// What a tomogram is called that its source gives no name.
  static let unnamed = "tomogram"

  /// Aligns a tomogram's tilts jointly, rebuilds its volumes, solves its chemistry and writes it.
  func complete(_ name: String) {
    guard let session = tomograms.withLock({ $0[name] }) else { return }
    session.content.withLock { content in
      guard !content.isComplete else { return }
      content.isComplete = true
      guard !content.isStack else {
        report(
          RunEvent(
            .info,
            "\(name): scans of \(content.places.count) energies at one tilt make no volume; "
              + "\"tiltfold spectra\" makes a chemical map of them"
          )
        )
        noteComplete(name)
        return
      }
      guard !content.assembly.energies.isEmpty else {
        // Scans without a frame tell their own errors, and what was ended too soon is none.
        report(
          RunEvent(
            content.refused > 0 ? .error : .info,
            "tomogram \(name): no projection could be placed; nothing to write"
          )
        )
        return
      }
      // A change stands before or after the end, never in it.
      let configuration = starting.withLock { _ -> PipelineConfiguration in
        schedule.note(ScheduleStep(.complete, tomogram: name))
        return self.configuration
      }
      content.assembly.adjust(configuration.registration, configuration.tomography)
      keepForNewcomers(content)
      let reports = content.assembly.finish(sharing: crew)
      solve(&content, configuration)
      measureResolution(of: name, &content)
      note(content, of: session)
      let withheld = content.assembly.withheldTilts
      let heldBack = content.assembly.heldBackTilts
      if !withheld.isEmpty {
        report(
          RunEvent(
            .info,
            "tomogram \(name): \(Words.tilts(withheld)) left out on request"
          )
        )
      }
      if content.assembly.acceptedTiltCount == 0 {
        let refusal = content.firstRefusal
        report(
          RunEvent(
            .error,
            "tomogram \(name): none of its projections could be folded, and its volumes are empty. "
              + "Of the first one, \(refusal?.heldBackReason ?? "nothing is known"). "
              + (refusal?.remedy.map { "\($0), and run \"tiltfold replay\"" }
                ?? "The scans' pictures show what there is")
          )
        )
      } else if !heldBack.isEmpty {
        report(
          RunEvent(
            .warning,
            "tomogram \(name): \(Words.tilts(heldBack)) left out: the registration cannot "
              + "place \(heldBack.count == 1 ? "it" : "them")"
          )
        )
      }
      let scans = content.assembly.heldBackScans
      if !scans.isEmpty {
        let list = scans.map { "tilt \($0.tiltIndex) at \($0.energy.electronVolts) eV" }
        report(
          RunEvent(
            .warning,
            "tomogram \(name): \(list.joined(separator: ", ")) could not be laid on the tilt's other "
              + "energy, and is left out"
          )
        )
      }
      noteComplete(name)
      // Made for nobody, too: when the run is over, nobody can make it any more.
      offerTomogram(content, reports, isComplete: true) { _ in true }
      results.write(record(of: content, reports, configuration), content, report: report)
    }
  }

  private func noteComplete(_ name: String) {
    board.update { status in
      status.tomogramsComplete += 1
      if (status.tomogram ?? Self.unnamed) == name { status.isTomogramComplete = true }
    }
  }

  /// Notes how a tomogram's tilts stand, for whoever asks and for the status.
  func note(_ content: TomogramSession.Content, of session: TomogramSession) {
    session.note(content)
    let rolls = tomograms.withLock { Array($0.values) }.map { $0.roll.withLock { $0 } }
    let elapsed = board.elapsed
    board.update { status in
      if (status.tomogram ?? Self.unnamed) == session.name {
        status.noteScans(ofTomogram: content.places.count, at: elapsed)
        // It is complete when all is written; another scan of it makes it anew.
        if !content.isComplete { status.isTomogramComplete = false }
      }
      status.projectionsHeldBack = rolls.reduce(0) { $0 + $1.heldBackCount }
      status.tiltsLeftOut = rolls.reduce(0) { $0 + $1.withheldCount }
    }
  }

  /// The names of the tomograms that are not complete yet.
  var openTomograms: [String] {
    tomograms.withLock { $0.values.map { $0 } }
      .filter { session in session.content.withLock { !$0.isComplete } }
      .map(\.name).sorted()
  }

  private func tomogram(
    of identity: ScanIdentity,
    tilts: Int?,
    energies: Int?
  ) -> TomogramSession {
    let name = identity.tomogram ?? Self.unnamed
    return tomograms.withLock { tomograms in
      if let known = tomograms[name] { return known }
      let session = TomogramSession(
        name: name,
        source: configuration.source,
        expectedScans: tilts.flatMap { tilts in energies.map { tilts * $0 } },
        // Two energies at one tilt are shown as a map while they come; more are a stack of spectra.
        isStack: tilts == 1 && (energies ?? 0) > 2,
        assembly: TomogramAssembly(
          name: name,
          energies: [],
          energyLimit: energies ?? 8,
          tiltTolerance: configuration.source.tiltTolerance,
          energyTolerance: configuration.source.energyTolerance,
          registration: configuration.registration,
          tomography: configuration.tomography
        )
      )
      let before = leftOutBefore.withLock { before in
        let those = before.filter { ($0.identity.tomogram ?? Self.unnamed) == name }
        before.removeAll { ($0.identity.tomogram ?? Self.unnamed) == name }
        return those
      }
      session.content.withLock { content in
        for entry in before { content.noteLeftOut(entry.identity, entry.reason) }
      }
      tomograms[name] = session
      return session
    }
  }

  private func tell(of fold: FoldReport, _ finished: FinishedScan) {
    guard !fold.accepted else {
      board.update { $0.projectionsFolded += 1 }
      return
    }
    let words =
      fold.isOnRequest
      ? "its projection is kept and takes no part: its tilt is held back on request"
      : "its projection is held back: \(fold.heldBackReason ?? "no reason given")"
    report(RunEvent(fold.isOnRequest ? .info : .warning, words, scan: finished.key))
  }

  private func record(
    of content: TomogramSession.Content,
    _ reports: [TiltReport],
    _ configuration: PipelineConfiguration
  ) -> TomogramRecord {
    var record = content.assembly.record(reports, parameters: configuration.describedInFull)
    record.chemistry = chemistry(of: content, configuration)
    record.resolution = content.resolution.map(\.record)
    record.particles = particles(of: content, configuration)
    return record
  }
}
