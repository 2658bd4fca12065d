// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import WireFormat

// Rests, tilts, alignments and snapshots, as somebody asks for them.
extension Conductor {
  // MARK: - Rests

  /// Lets the reconstruction rest; messages go on being received and recorded.
  ///
  /// - Returns: What was done, in words.
  /// - Throws: `PipelineError` where what comes would be lost, or nothing is to be done.
  func pause() throws(PipelineError) -> String {
    let number = engine.lastMessage
    let refusal = locked { () -> String? in
      if isPaused { return "the reconstruction rests already" }
      if sourceHasEnded { return "no more frames come, and the rest is being finished" }
      if isLive, engine.board.status.recording != .recording {
        return
          "nothing is recorded at the moment, and what comes while the reconstruction rests would "
          + "be lost"
      }
      setPaused(true)
      engine.schedule.note(ScheduleStep(.pause, messages: [number]))
      return nil
    }
    if let refusal { throw PipelineError(.data, refusal) }
    let words = "the reconstruction rests" + (isLive ? "; receiving and recording go on" : "")
    engine.report(RunEvent(.info, words))
    return words + ". The request resume lets it go on"
  }

  /// Lets the reconstruction go on.
  ///
  /// - Returns: What was done, in words.
  /// - Throws: `PipelineError` where it does not rest.
  func resume() throws(PipelineError) -> String {
    let number = engine.lastMessage
    let behind = locked { () -> Int? in
      guard isPaused else { return nil }
      setPaused(false)
      engine.schedule.note(ScheduleStep(.resume, messages: [number]))
      return engine.board.status.intakeBehind + inbox.count
    }
    guard let behind else { throw PipelineError(.data, "the reconstruction does not rest") }
    let words =
      "the reconstruction goes on"
      + (behind > 0
        ? "; \(Words.count(behind, "message")) that came meanwhile are worked off first, and no scan "
          + "is cut short for them" : "")
    engine.report(RunEvent(.info, words))
    return words
  }

  /// Goes on where a rest would lose something, because nothing is recorded any more.
  ///
  /// Called with the lock.
  func goOnUnlessSafe() {
    guard isLive, engine.board.status.recording != .recording else { return }
    setPaused(false)
    engine.report(
      RunEvent(
        .warning,
        "the reconstruction goes on though it was to rest: what comes is not recorded any more"
      )
    )
  }

  /// Goes on because the run is to end.
  func endRest() {
    locked { setPaused(false) }
  }

  /// Called with the lock.
  func setPaused(_ isPaused: Bool) {
    guard isPaused != self.isPaused else { return }
    self.isPaused = isPaused
    isCatchingUp = !isPaused
    engine.board.update { $0.isPaused = isPaused }
    guard !isPaused else { return }
    // Nothing came in, because nothing was taken.
    for task in scans { task.lastFed = .now }
  }

  // MARK: - Tilts

  /// Takes a tilt out of the volumes, or back.
  ///
  /// - Parameters:
  ///   - kind: What is asked for.
  ///   - tilt: The tilt.
  /// - Returns: What is to be done, in words.
  /// - Throws: `PipelineError` that says why it cannot be done.
  func change(_ kind: TiltChange.Kind, _ tilt: TiltReference) throws(PipelineError) -> String {
    let change = try engine.change(kind, tilt, after: locked { tiltChanges })
    try lockedUnlessOver { tiltChanges.append(change) }
    switch kind {
    case .holdBack:
      return
        "\(change.place) is held back until it is taken back; the volumes are made anew without it"
    case .drop:
      return "\(change.place) is dropped with its projections; the volumes are made anew without it"
    case .takeBack:
      return "\(change.place) is laid on the volumes again; an event tells whether it fits"
    }
  }

  /// An alignment that somebody asked for.
  struct AskedAlignment {
    let tomogram: String
    let since = ContinuousClock.now
  }

  /// An alignment or a measurement that is to be made; called with the lock.
  ///
  /// A machine that is never idle would come to what somebody asked for at the end. What has waited for
  /// long is begun beside scans: an alignment has its first round then, a measurement a part of the time.
  ///
  /// - Parameter isIdle: Whether nothing else is to be done.
  /// - Returns: What is to be made now; nil for nothing.
  func chooseAsked(isIdle: Bool) -> Job? {
    guard !isOnVolume else { return nil }
    let now = ContinuousClock.now
    if let asked = alignments.first, isIdle || now - asked.since > patience {
      isOnVolume = true
      return .realign(asked.tomogram)
    }
    if !isMeasuring, let asked = measurements.first,
      isIdle || (now >= nextMeasuringTurn && now - asked.since > patience)
    {
      isMeasuring = true
      return .measure(asked)
    }
    return nil
  }

  /// Aligns tomograms that grow jointly, when there is nothing else to do, or before long.
  ///
  /// - Parameter name: The tomogram; nil for all.
  /// - Returns: What is to be done, in words.
  /// - Throws: `PipelineError` where nothing can be aligned.
  func realign(_ name: String?) throws(PipelineError) -> String {
    let asked = try engine.alignable(name)
    let number = engine.lastMessage
    return try lockedUnlessOver {
      let names = asked.map { name in
        guard !alignments.contains(where: { $0.tomogram == name }) else {
          return "\(name) (asked for before)"
        }
        alignments.append(AskedAlignment(tomogram: name))
        engine.schedule.note(ScheduleStep(.realignAsked, messages: [number], tomogram: name))
        return name
      }
      return
        "the tilts of \(names.joined(separator: ", ")) are aligned jointly when no scan and no "
        + "projection waits, or after 10 s; an event tells the result"
    }
  }

  /// Writes tomograms and pictures as they stand.
  ///
  /// - Parameter name: The folder in that of the snapshots; the next number if nil.
  /// - Returns: What is to be done, in words.
  /// - Throws: `PipelineError` where it cannot be done.
  func snapshot(_ name: String?) throws(PipelineError) -> String {
    let snapshot = try engine.snapshot(named: name)
    let number = engine.lastMessage
    let isNew = try lockedUnlessOver { () -> Bool in
      guard snapshots.isEmpty else { return false }
      snapshots.append(snapshot)
      engine.schedule.note(ScheduleStep(.snapshot, messages: [number]))
      return true
    }
    guard isNew else { throw PipelineError(.data, "a snapshot is being written already") }
    return
      "tomograms and pictures are written as they stand to \(snapshot.path); an event tells when "
      + "all is there"
  }

  // MARK: - Replays

  /// Does what somebody asked for when this was recorded, as far as it can be done here.
  func follow(_ step: ScheduleStep) {
    do throws(PipelineError) {
      switch step.step {
      case .set:
        guard let key = step.key, let value = step.value else { return }
        _ = try engine.set(key, to: value)
      case .place:
        guard let placement = ScanPlacement(step) else { return }
        _ = try place(placement)
      case .close:
        _ = try endScans(named: step.scan, ScanAssembler.End(request: step.request))
      case .holdBack, .dropTilt, .takeBack:
        guard let change = TiltChange(step) else { return }
        locked { tiltChanges.append(change) }
      case .realignAsked:
        guard let name = step.tomogram else { return }
        locked {
          guard !alignments.contains(where: { $0.tomogram == name }) else { return }
          alignments.append(AskedAlignment(tomogram: name))
        }
      default: return
      }
    } catch {
      engine.report(RunEvent(.info, "a recorded change is passed over: \(error)"))
    }
  }
}

extension ScanPlacement {
  /// Reads a step of the schedule; nil where it does not say where a scan belongs.
  init?(_ step: ScheduleStep) {
    guard let name = step.scan, let degrees = step.tilt else { return nil }
    self.init(scan: name, tilt: TiltAngle(degrees: degrees), tomogram: step.tomogram)
  }
}
