// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import Imaging
import Preprocessing
import Ptychography
import Synchronization

// The steps of one scan. Each needs the scan to itself.
extension ReconstructionEngine {
  /// Makes a scan's solver; nothing happens where it has one.
  ///
  /// - Parameters:
  ///   - session: The scan; its object can be sized.
  ///   - source: Where the probe comes from; nil to choose: a finished scan's, else the stream's,
  ///     else that of the configured zone plate or of the mean of the patterns that wait.
  ///   - messages: The messages whose patterns make the mean; nil for all that wait.
  ///   - object: Where the object comes from where `source` says where the probe does: a finished
  ///     scan's, else vacuum.
  func begin(
    _ session: ScanSession,
    probe source: String? = nil,
    messages: [Int]? = nil,
    object: String? = nil
  ) {
    session.solver.withLock { solver in
      guard solver.reconstruction == nil, !solver.isGivenUp else { return }
      let grid = grid(of: session)
      guard grid.objectShape.count <= Self.largestObject else {
        solver.isGivenUp = true
        report(
          RunEvent(
            .error,
            "its positions span an object of \(grid.objectShape) pixels; are they in metres? Its "
              + "frames are recorded and not reconstructed",
            scan: session.key
          )
        )
        return
      }
      starting.withLock { _ in
        let start = startProbe(of: session, source, messages)
        let seed = startObject(of: session, object, isChosen: source != nil)
        solver.beganRefined = ProbeSource.isRefined(start.source)
        solver.keepsPatterns = keepsPatterns(of: session)
        solver.reconstruction = makeReconstruction(
          session,
          grid: grid,
          probe: start.probe,
          seed: seed.map { grid.seed(from: $0.object) }
        )
        if let (known, power) = start.background {
          solver.reconstruction?.start(withBackground: known, ofPower: power)
        }
        schedule.note(
          ScheduleStep(
            .begin,
            scan: session.key,
            probe: start.source,
            messages: start.messages,
            object: seed.map { ProbeSource.scan($0.key) }
          )
        )
      }
    }
  }

  /// Lets waiting patterns join.
  ///
  /// - Parameters:
  ///   - session: The scan; it has begun.
  ///   - messages: The messages whose patterns join, in this order; nil for all that wait.
  /// - Returns: The number that joined.
  @discardableResult
  func add(_ session: ScanSession, messages: [Int]? = nil) -> Int {
    let chosen = session.pending.withLock { pending -> [ScanSession.PendingPattern] in
      guard let messages else {
        defer { pending = [] }
        return pending
      }
      // Frames that had waited for their start all came with the start's message.
      var byMessage = Dictionary(grouping: pending, by: \.message)
      let taken = Set(messages)
      pending.removeAll { taken.contains($0.message) }
      return messages.flatMap { byMessage.removeValue(forKey: $0) ?? [] }
    }
    guard !chosen.isEmpty else { return 0 }
    var joined = 0
    var used = 0
    session.solver.withLock { solver in
      noteIterations(of: session, &solver)
      for waiting in chosen where solver.reconstruction?.add(waiting.pattern) == true {
        joined += 1
        used += waiting.exposures
        solver.positions.append(waiting.pattern.position)
        if solver.keepsPatterns { solver.kept.append(waiting.pattern) }
      }
    }
    schedule.note(ScheduleStep(.add, scan: session.key, messages: chosen.map(\.message)))
    session.progress.withLock { $0.frames += joined }
    count(used: used, unusable: chosen.reduce(0) { $0 + $1.exposures } - used)
    return joined
  }

  /// Runs iterations over a scan.
  ///
  /// - Parameters:
  ///   - session: The scan.
  ///   - iterations: Their number.
  ///   - refining: Whether they look for the likeliest object; as the scan's goal says where nil.
  func iterate(_ session: ScanSession, _ iterations: Int, refining: Bool? = nil) {
    guard iterations > 0 else { return }
    session.solver.withLock { solver in
      guard let before = solver.reconstruction?.iteration else { return }
      let refines = refining ?? (leftToRefine(session, before, of: solver.goal) > 0)
      if refines != solver.unnotedRefine { noteIterations(of: session, &solver) }
      let began = threadNanoseconds()
      if refines {
        solver.reconstruction?.refine(iterations)
      } else {
        solver.reconstruction?.iterate(iterations)
      }
      let seconds = Double(threadNanoseconds() - began) * 1e-9
      let frames = solver.reconstruction?.frameCount ?? 0
      load.withLock {
        $0.processorTime += seconds
        $0.frameIterations += iterations * frames
      }
      solver.unnotedRefine = refines
      solver.unnoted += iterations
      let error = solver.reconstruction?.overlapError ?? .nan
      let iteration = solver.reconstruction?.iteration ?? 0
      session.progress.withLock {
        $0.iteration = iteration
        $0.overlapError = error
      }
      board.update {
        $0.iteration = iteration
        $0.overlapError = error
      }
    }
    offerScanPreviews(of: session)
  }

  /// Why a scan that has all its frames is done: it has had its iterations, or its error has stopped
  /// falling; nil where it is not done.
  func end(of session: ScanSession) -> ReconstructionEnd? {
    session.solver.withLock { solver in
      let iteration = solver.reconstruction?.iteration ?? 0
      // As many as the configuration wanted when its last frame had come.
      let wanted = session.progress.withLock { $0.lastConfiguration } ?? configuration
      let goal = solver.goal ?? iteration + wanted.ptychography.iterations
      solver.goal = goal
      if iteration >= goal || (solver.reconstruction?.frameCount ?? 0) == 0 {
        return solver.hasStagnated ? .stagnation : .iterations
      }
      guard solver.reconstruction?.hasStagnated == true,
        leftToRefine(session, iteration, of: goal) == 0
      else { return nil }
      let refinement = session.configuration.ptychography.likelihoodIterations
      guard refinement > 0 else { return .stagnation }
      solver.hasStagnated = true
      solver.goal = iteration + refinement
      return nil
    }
  }

  /// The iterations up to a goal, where all of them look for the likeliest object; else 0.
  private func leftToRefine(_ session: ScanSession, _ iteration: Int, of goal: Int?) -> Int {
    guard let goal, iteration < goal else { return 0 }
    let left = goal - iteration
    return left <= session.configuration.ptychography.likelihoodIterations ? left : 0
  }

  /// Takes a scan's result, writes and publishes it.
  ///
  /// - Parameters:
  ///   - session: The scan; no frames join it any more.
  ///   - end: Why it iterates no more; nil where nobody knows.
  /// - Returns: The result; nil where no frame took part.
  func finish(_ session: ScanSession, _ end: ReconstructionEnd?) -> FinishedScan? {
    typealias Taken = (
      object: ReconstructedObject, refined: [ScanPosition], told: [ScanPosition], beganRefined: Bool
    )
    // From here on an abort comes too late.
    let ending = session.progress.withLock { $0.end }
    let taken = session.solver.withLock { solver -> Taken? in
      noteIterations(of: session, &solver)
      schedule.note(
        ScheduleStep(
          .finish,
          scan: session.key,
          end: end,
          request: ending?.isAbort == true ? ScanAssembler.End.abortedOnRequest.request : nil
        )
      )
      defer {
        solver.reconstruction = nil
        solver.kept = []
      }
      let refined = solver.reconstruction?.positions ?? []
      guard var object = solver.reconstruction?.finishedResult(), object.frameCount > 0 else {
        return nil
      }
      object.identity = session.identity
      object.end = end
      if let whole = solver.reconstruction.take() {
        object.halves = compareHalves(of: whole, object, session)
      }
      return (object, refined, solver.positions, solver.beganRefined)
    }
    session.progress.withLock { $0.isFinished = true }
    sessions.withLock { $0[session.key] = nil }
    // What came after the last patterns joined is too late.
    let tooLate = session.pending.withLock { pending in
      defer { pending = [] }
      return pending.reduce(0) { $0 + $1.exposures }
    }
    count(used: 0, unusable: tooLate)
    board.update { $0.scansFinished += 1 }
    guard let (object, positions, toldPositions, beganRefined) = taken else {
      standings.withLock { $0[session.description.identity.scan] = .empty }
      // That nothing came is no fault where somebody ended the scan or the run, or gave it up.
      let isAsked = ending.map { !$0.losesFrames } ?? false
      report(
        RunEvent(
          isAsked ? .info : .error,
          (isAsked ? "was ended before a usable frame came" : "no usable frame came")
            + "; nothing to reconstruct",
          scan: session.key
        )
      )
      return nil
    }
    shelf.withLock { $0.keep(object, of: session.key) }
    if session.configuration.probe.reusesObject {
      objects.withLock { $0.keep(object, of: session.key) }
    }
    let (projection, vacuum) = opticalDensityProjection(of: object)
    let beam = beamPerSecond(of: object, vacuum, session)
    // A first probe is still some percent off when its scan is done.
    if let beam, beganRefined || !session.configuration.probe.reusesPrevious {
      tellBeam(beam, session)
    }
    tellCut(of: object, session)
    tellRaster(of: object, session)
    let finished = FinishedScan(
      key: session.key,
      object: object,
      projection: projection,
      vacuum: vacuum,
      positions: positions,
      toldPositions: toldPositions,
      tiltCount: session.description.tiltCount,
      energyCount: session.description.energyCount,
      expectedFrames: session.expectedFrames,
      end: ending,
      startedAt: session.startedAt,
      finishedAt: nanosecondsNow(),
      configuration: session.configuration,
      foldConfiguration: session.progress.withLock { $0.lastConfiguration } ?? configuration,
      firstMessage: session.firstMessage
    )
    let change = beam.flatMap { now in
      self.beam.withLock { beam in
        beam.ratio(now, at: session.identity.energy, of: session.identity.tomogram)
      }
    }
    board.update {
      $0.beamChange = change
      $0.dataError = object.dataError
      $0.scanEnd = object.end
      $0.halfPeriod = object.halves?.halfPeriodAtHalfBit
      $0.beamPerSecond = beam
    }
    offer(finished, of: session)
    results.write(finished, report: report)
    return finished
  }

  // MARK: -

  /// Tells the schedule of iterations that were run since it was last told.
  private func noteIterations(of session: ScanSession, _ solver: inout ScanSession.Solver) {
    guard solver.unnoted > 0 else { return }
    let kind = solver.unnotedRefine ? ScheduleStep.Kind.refineScan : .iterate
    schedule.note(ScheduleStep(kind, scan: session.key, iterations: solver.unnoted))
    solver.unnoted = 0
  }

  /// Tells once that scans are regular rasters.
  private func tellRaster(of object: ReconstructedObject, _ scan: ScanSession) {
    guard let remark = object.gauge?.rasterRemark else { return }
    let isNews = hasToldOfRaster.withLock { told in
      defer { told = true }
      return !told
    }
    if isNews { report(RunEvent(.info, remark, scan: scan.key)) }
  }

  private func tellCut(of object: ReconstructedObject, _ scan: ScanSession) {
    let progress = scan.progress.withLock { $0 }
    if progress.isCut {
      report(
        RunEvent(
          .warning,
          "was finished after \(object.iteration) iterations because newer scans wait (data error "
            + "\(rounded(object.dataError))); replay runs them all",
          scan: scan.key
        )
      )
    }
  }

  /// Photons a second of an exposure without sample; nil where no vacuum was in view.
  private func beamPerSecond(
    of object: ReconstructedObject,
    _ vacuum: VacuumEstimate,
    _ scan: ScanSession
  ) -> Double? {
    let seconds = scan.progress.withLock { $0.seconds }
    // Counts of unknown times cannot be compared.
    guard vacuum.isInView, seconds > 0 else { return nil }
    return object.probePower * vacuum.modulus * vacuum.modulus / seconds
  }

  /// Compares what vacuum in view let through a second with earlier scans.
  private func tellBeam(_ photons: Double, _ scan: ScanSession) {
    let seconds = scan.progress.withLock { $0.seconds }
    let change = beam.withLock {
      $0.take(
        photons,
        at: scan.identity.energy,
        expected: configuration.ptychography.incidentPhotons.map { $0 / seconds }
      )
    }
    guard let change else { return }
    let percent = Int((100 * (change.now / change.before - 1)).rounded())
    report(
      RunEvent(
        .warning,
        "vacuum in view lets \(Words.short(change.now)) photons a second through, \(abs(percent)) % "
          + "\(percent < 0 ? "fewer" : "more") than the \(Words.short(change.before)) before: did "
          + "the beam change? Optical densities are not affected, for vacuum decides",
        scan: scan.key
      )
    )
  }

  func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
