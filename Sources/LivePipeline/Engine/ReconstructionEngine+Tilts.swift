// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Synchronization
import WireFormat

// Tilts out and in again, and another joint alignment, as somebody asks for them.
extension ReconstructionEngine {
  // MARK: - Looking up, which never waits for a fold

  /// The tomogram that a request is about.
  ///
  /// - Parameter name: Its name; nil where there is only one, or one that grows.
  /// - Returns: The tomogram.
  /// - Throws: `PipelineError` that says which there are.
  func tomogram(named name: String?) throws(PipelineError) -> TomogramSession {
    let known = tomograms.withLock { $0.values.sorted { $0.name < $1.name } }
    let names = known.map(\.name).joined(separator: ", ")
    guard !known.isEmpty else {
      throw PipelineError(.data, "no projection has been folded yet")
    }
    if let name {
      guard let session = known.first(where: { $0.name == name }) else {
        throw PipelineError(.data, "there is no tomogram \(name); there is \(names)")
      }
      return session
    }
    let open = known.filter { session in !session.roll.withLock { $0.isComplete } }
    guard let only = known.count == 1 ? known.first : open.first,
      known.count == 1 || open.count == 1
    else {
      throw PipelineError(.data, "say which tomogram by tomogram_id; there is \(names)")
    }
    return only
  }

  /// Finds the tilt that a request names, and whether what is asked for can be done.
  ///
  /// - Parameters:
  ///   - kind: What is asked for.
  ///   - reference: The tilt.
  ///   - pending: What was asked for before and is not done yet, in its order.
  /// - Returns: The change, to be done when the volumes are free.
  /// - Throws: `PipelineError` that says why not.
  func change(
    _ kind: TiltChange.Kind,
    _ reference: TiltReference,
    after pending: [TiltChange]
  ) throws(PipelineError) -> TiltChange {
    let session = try tomogram(named: reference.tomogram)
    let roll = session.roll.withLock { $0 }
    guard !roll.isStack else {
      throw PipelineError(
        .data,
        "\(session.name) is a stack of energies at one tilt: no volume is made of it"
      )
    }
    let tolerance = configuration.source.tiltTolerance
    let found = roll.tilts.first { tilt in
      switch reference.name {
      case .index(let index): tilt.index == index
      case .angle(let angle): abs(tilt.degrees - angle.degrees) <= tolerance
      }
    }
    guard let tilt = found else { throw unknown(reference, session.name, roll, kind) }
    let change = TiltChange(
      kind,
      tomogram: session.name,
      index: tilt.index,
      degrees: tilt.degrees,
      message: lastMessage
    )
    let last = pending.last { $0.tomogram == change.tomogram && $0.index == change.index }?.kind
    if last == .drop {
      throw PipelineError(.data, "\(change.place): asked for already, to be dropped")
    }
    let isWithheld = last.map { $0 == .holdBack } ?? tilt.isWithheld
    if kind == .holdBack, isWithheld {
      throw PipelineError(.data, "\(change.place) is held back already, on request")
    }
    if kind == .takeBack, last == .takeBack || tilt.isAccepted, !isWithheld {
      throw PipelineError(.data, "\(change.place) takes part already")
    }
    return change
  }

  private func unknown(
    _ reference: TiltReference,
    _ name: String,
    _ roll: TomogramSession.Roll,
    _ kind: TiltChange.Kind
  ) -> PipelineError {
    let dropped = tiltChanges.withLock { $0 }.last { change in
      guard change.tomogram == name, change.kind == .drop else { return false }
      switch reference.name {
      case .index(let index): return change.index == index
      case .angle(let angle):
        return abs(change.degrees - angle.degrees) <= configuration.source.tiltTolerance
      }
    }
    if let dropped {
      return PipelineError(
        .data,
        "\(dropped.place) was dropped"
          + (kind == .takeBack
            ? "; measure it again, or replay the recording with --ignore-control" : " already")
      )
    }
    guard let first = roll.tilts.first, let last = roll.tilts.last else {
      return PipelineError(.data, "\(name) has no tilt yet")
    }
    var words = "there is no \(reference) in \(name)"
    switch reference.name {
    case .index:
      words +=
        "; its \(Words.count(roll.tilts.count, "tilt")) so far are \(first.index)"
        + (roll.tilts.count > 1 ? " to \(last.index)" : "")
        + Self.gaps(in: roll.tilts.map(\.index))
    case .angle(let angle):
      let nearest = roll.tilts.min {
        abs($0.degrees - angle.degrees) < abs($1.degrees - angle.degrees)
      }
      if let nearest {
        words += "; the nearest is tilt \(nearest.index) at \(Words.angle(nearest.degrees))"
      }
    }
    return PipelineError(.data, words + ". Tilts come when their first scan is folded")
  }

  /// ", without 3, 7": what is missing between the first and the last of rising indices.
  private static func gaps(in indices: [Int]) -> String {
    guard let first = indices.first, let last = indices.last, last - first < 10_000 else {
      return ""
    }
    let missing = Set(first...last).subtracting(indices).sorted()
    return missing.isEmpty ? "" : ", without \(missing.map(String.init).joined(separator: ", "))"
  }

  /// The place of the last message that was taken, -1 before any.
  var lastMessage: Int { intake.withLock { $0.lastMessage } }

  /// Why a tomogram's tilts cannot be aligned jointly now, in words; nil where they can.
  func refusalToAlign(_ session: TomogramSession) -> String? {
    let roll = session.roll.withLock { $0 }
    if roll.isStack { return "\(session.name) is a stack of energies at one tilt" }
    if roll.isComplete { return "\(session.name) is complete: its tilts are aligned" }
    let tilts = roll.tilts.count(where: \.isAccepted)
    guard tilts < TomogramAssembly.fewestTiltsToAlign else { return nil }
    return "\(session.name) has \(Words.count(tilts, "tilt")) so far; a joint alignment needs "
      + "\(TomogramAssembly.fewestTiltsToAlign)"
  }

  /// The tomograms of a name, or all that grow, whose tilts can be aligned jointly.
  ///
  /// - Throws: `PipelineError` where there is none.
  func alignable(_ name: String?) throws(PipelineError) -> [String] {
    let named: [TomogramSession]
    if let name {
      named = [try tomogram(named: name)]
    } else {
      named = tomograms.withLock { $0.values.sorted { $0.name < $1.name } }
    }
    guard !named.isEmpty else {
      throw PipelineError(.data, "no projection has been folded yet")
    }
    let possible = named.filter { refusalToAlign($0) == nil }
    guard !possible.isEmpty else {
      throw PipelineError(.data, named.compactMap(refusalToAlign).joined(separator: "; "))
    }
    return possible.map(\.name)
  }

  // MARK: - Doing; each needs the tomogram to itself

  /// What somebody's last word on a scan's tilt is, where it keeps the scan out of the volumes.
  func order(for scan: FinishedScan, of name: String) -> TiltChange.Kind? {
    let tolerance = configuration.source.tiltTolerance
    let identity = scan.object.identity
    let last = tiltChanges.withLock { $0 }
      .last { $0.concerns(identity, of: name, tolerance: tolerance) }
    switch last?.kind {
    case .drop where scan.firstMessage <= last?.message ?? -1: return .drop
    case .holdBack: return .holdBack
    default: return nil
    }
  }

  /// Does what was asked for a tilt; the volumes still hold it until they are rebuilt.
  ///
  /// A tilt that is not there, as in a replay that is behind the live run, is held to it when it comes.
  ///
  /// - Parameter change: What was asked for.
  /// - Returns: Whether volumes must be rebuilt, and whether the tomogram was complete.
  func apply(_ change: TiltChange) -> (mustRebuild: Bool, wasComplete: Bool) {
    guard let session = tomograms.withLock({ $0[change.tomogram] }) else {
      schedule.note(change.step)
      tiltChanges.withLock { $0.append(change) }
      report(RunEvent(.info, "\(change.place) is not there yet; noted for when it comes"))
      return (false, false)
    }
    return session.content.withLock { content in
      if !isRepeating { adjust(&content) }
      schedule.note(change.step)
      tiltChanges.withLock { $0.append(change) }
      let place = content.assembly.place(of: change)
      let isThere = place != nil
      var mustRebuild = false
      var words = "\(change.place) "
      var severity = RunEvent.Severity.info
      switch (place, change.kind) {
      case (nil, _): words += "is not there yet; noted for when it comes"
      case (let place?, .holdBack):
        mustRebuild = content.assembly.holdBack(tilt: place)
        words += "is held back on request, until it is taken back"
      case (let place?, .drop):
        mustRebuild = content.assembly.drop(tilt: place)
        content.energiesOfTilt[place] = nil
        content.noteDropped(change.degrees)
        words += "is dropped on request; a scan of it that begins later is taken as a new tilt"
      case (let place?, .takeBack):
        let refusal = content.assembly.takeBack(tilt: place)
        mustRebuild = refusal == nil
        words += refusal.map { "was taken back, and stays held back: \($0)" } ?? "takes part again"
        if refusal != nil { severity = .warning }
      }
      report(RunEvent(severity, words))
      let wasComplete = content.isComplete
      if isThere { content.isComplete = false }
      note(content, of: session)
      offerAlignment(content)
      return (mustRebuild, wasComplete && isThere)
    }
  }

  /// Makes the running volumes of a tomogram anew, without what was taken out.
  func rebuild(_ name: String) {
    guard let session = tomograms.withLock({ $0[name] }) else { return }
    session.content.withLock { content in
      keepForNewcomers(content)
      schedule.note(ScheduleStep(.rebuild, tomogram: name))
      content.assembly.rebuildRunning(sharing: crew)
      show(&content)
    }
  }

  /// Aligns a tomogram's tilts jointly and makes its volumes anew.
  ///
  /// - Parameters:
  ///   - name: The tomogram.
  ///   - rounds: How many rounds, as a recorded run had; if nil as many as move anything.
  ///   - goesOn: Asked before each further round whether there is time for it.
  func realign(_ name: String, rounds: Int? = nil, while goesOn: () -> Bool = { true }) {
    guard let session = tomograms.withLock({ $0[name] }) else {
      report(RunEvent(.info, "tomogram \(name): an alignment was asked for before it had a tilt"))
      return
    }
    session.content.withLock { content in
      guard !content.isComplete else { return }
      if !isRepeating { adjust(&content) }
      keepForNewcomers(content)
      guard
        let done = content.assembly.realign(rounds: rounds, sharing: crew, while: goesOn)
      else {
        report(
          RunEvent(
            .info,
            "an alignment was asked for and cannot be done: "
              + (refusalToAlign(session) ?? "\(name) has too few tilts")
          )
        )
        return
      }
      schedule.note(ScheduleStep(.realign, iterations: done.rounds, tomogram: name))
      note(content, of: session)
      show(&content)
      report(
        RunEvent(
          .info,
          "tomogram \(name): its \(content.assembly.acceptedTiltCount) tilts are aligned jointly, "
            + "\(Words.count(done.rounds, "round")); the last moved them by \(rounded(done.moved)) "
            + "pixels RMS"
        )
      )
    }
  }

  /// Lets a tomogram take the parameters as they stand, without a projection.
  func adjust(_ content: inout TomogramSession.Content) {
    let parameters = starting.withLock { _ -> PipelineConfiguration in
      schedule.note(ScheduleStep(.adjust, tomogram: content.assembly.name))
      return configuration
    }
    content.assembly.adjust(parameters.registration, parameters.tomography)
  }

  /// The same, as a recorded run did.
  func adjust(_ name: String) {
    guard let session = tomograms.withLock({ $0[name] }) else { return }
    session.content.withLock { adjust(&$0) }
  }

  /// Shows what became of a tomogram.
  private func show(_ content: inout TomogramSession.Content) {
    if content.assembly.energies.count > 1 { solve(&content, configuration) }
    offerTomogram(
      content,
      content.assembly.tiltReports(measuringResiduals: false),
      isComplete: false
    ) { mailbox.isWanted($0) }
    offerAlignment(content)
  }
}
