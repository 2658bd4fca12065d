// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Ptychography
import Synchronization

// What the threads do, each job with nothing locked.
extension Conductor {
  func run(_ job: Job) {
    switch job {
    case .take(let message):
      let outcome = engine.take(message)
      locked { accept(outcome) }
    case .follow(let step):
      follow(step)
      locked { isTaking = false }
    case .batch(let task):
      engine.begin(task.session)
      engine.add(task.session)
      iterateBatch(task)
    case .settle(let task):
      settle(task)
    case .fold(let finished):
      let outcome = engine.fold(finished)
      locked {
        isOnVolume = false
        guard let name = outcome.tomogram else { return }
        if outcome.hasAll { fullTomograms.append(name) }
        restless.removeAll { $0 == name }
        restless.insert(name, at: 0)
      }
    case .complete(let name):
      engine.complete(name)
      locked {
        isOnVolume = false
        fullTomograms.removeAll { $0 == name }
        let wasAsked =
          measurements.contains { $0.session.name == name }
          || alignments.contains { $0.tomogram == name }
        measurements.removeAll { $0.session.name == name }
        alignments.removeAll { $0.tomogram == name }
        restless.removeAll { $0 == name }
        guard wasAsked else { return }
        engine.report(
          RunEvent(
            .info,
            "tomogram \(name): what was asked for, alignment or resolution, was done as it was completed"
          )
        )
      }
      onTomogramComplete()
    case .change(let name):
      changeTilts(of: name)
    case .snapshot(let snapshot):
      engine.write(snapshot)
      locked {
        isOnVolume = false
        snapshots.removeAll { $0 == snapshot }
      }
    case .realign(let name):
      engine.realign(name) { locked { toFold.count == 0 && !isPaused } }
      locked {
        isOnVolume = false
        alignments.removeAll { $0.tomogram == name }
        restless.removeAll { $0 == name }
        restless.insert(name, at: 0)
      }
    case .measure(let measurement):
      let begin = ContinuousClock.now
      var isDone = false
      while !isDone, ContinuousClock.now < begin + Self.slice {
        isDone = engine.advance(measurement)
      }
      locked {
        isMeasuring = false
        let spent = ContinuousClock.now - begin
        nextMeasuringTurn = .now + spent * 3
        if isDone { measurements.removeAll { $0 === measurement } }
      }
    case .show:
      engine.offerAskedFor()
      locked { isOnVolume = false }
    case .refine(let name):
      let slice = ContinuousClock.now + Self.slice
      let goesOn = engine.refine(name) { ContinuousClock.now < slice }
      locked {
        isOnVolume = false
        if !goesOn { restless.removeAll { $0 == name } }
      }
    }
  }

  /// The iterations after a batch of new frames; after a slice of time those that are left give way to
  /// newer frames and to a scan whose time is up.
  private func iterateBatch(_ task: ScanTask) {
    let slice = ContinuousClock.now + Self.slice
    var left = engine.configuration.ptychography.iterationsPerBatch
    var givesWay = false
    while left > 0, !givesWay {
      engine.iterate(task.session, 1)
      left -= 1
      givesWay = ContinuousClock.now >= slice && locked { isPaused || isOvertaken(task) }
    }
    locked { task.isBusy = false }
  }

  /// Whether something waits that comes before the rest of a batch.
  private func isOvertaken(_ batch: ScanTask) -> Bool {
    scans.contains { task in
      (task === batch || !task.isBusy) && (task.hasPatterns || task.isCut) && task.session.canBegin
    }
  }

  /// A slice of iterations for a scan that has all its frames; its result when it is settled.
  private func settle(_ task: ScanTask) {
    let session = task.session
    engine.begin(session)
    engine.add(session)
    if engine.wantsSearch(session) { engine.searchDefocus(session) }
    let slice = ContinuousClock.now + Self.slice
    let isCut = locked { task.isCut }
    var end = engine.end(of: session)
    while end == nil, !isCut, ContinuousClock.now < slice {
      engine.iterate(session, 1)
      end = engine.end(of: session)
    }
    guard end != nil || isCut else {
      locked { task.isBusy = false }
      return
    }
    session.progress.withLock { $0.isCut = end == nil }
    let finished = engine.finish(session, end ?? .cut)
    let fullTomogram = finished == nil ? engine.skip(session) : nil
    locked {
      scans.removeAll { $0 === task }
      if let finished { toFold.append(finished) }
      if let fullTomogram { fullTomograms.append(fullTomogram) }
      engine.board.update { $0.unfinishedScans = scans.count }
    }
  }

  /// Does what was asked for tilts of a tomogram, all at once, then rebuilds its volumes.
  private func changeTilts(of name: String) {
    let changes = locked { tiltChanges.filter { $0.tomogram == name } }
    var (mustRebuild, wasComplete) = (false, false)
    for change in changes {
      let done = engine.apply(change)
      mustRebuild = mustRebuild || done.mustRebuild
      wasComplete = wasComplete || done.wasComplete
    }
    if mustRebuild { engine.rebuild(name) }
    locked {
      isOnVolume = false
      tiltChanges.removeAll { changes.contains($0) }
      // What was written of it is no longer so.
      if wasComplete, !fullTomograms.contains(name) { fullTomograms.append(name) }
      guard mustRebuild, !wasComplete else { return }
      restless.removeAll { $0 == name }
      restless.insert(name, at: 0)
    }
  }

  private func accept(_ outcome: ReconstructionEngine.IntakeOutcome) {
    isTaking = false
    // Darks and frames that cannot be cleaned are signs of life, too.
    for task in scans where !task.isEnded { task.lastFed = .now }
    for session in outcome.opened {
      scans.append(ScanTask(session))
      pace.note(session.opened)
    }
    if !sourceMayWait, !outcome.opened.isEmpty {
      let budget = pace.budget(unfinished: unfinishedLimit)
      for task in scans { task.session.progress.withLock { $0.budget = budget } }
    }
    for session in outcome.fed {
      guard let task = scans.first(where: { $0.session === session }) else { continue }
      task.hasPatterns = true
    }
    for session in outcome.ended {
      scans.first { $0.session === session }?.isEnded = true
    }
    if !sourceMayWait, !isCatchingUp, scans.count > unfinishedLimit {
      // A scan's time is up when the next ones are due.
      scans.first { $0.isEnded && !$0.isCut }?.isCut = true
    }
    engine.board.update {
      $0.unfinishedScans = scans.count
      $0.intakeDepth = inbox.count
    }
  }

  /// How long a scan is worked on before fresh data is looked for.
  private static let slice = Duration.milliseconds(5)
}
