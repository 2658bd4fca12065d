// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Synchronization

/// Takes the steps of a schedule with an engine, reading messages as far as each step needs them.
struct ScheduleRepetition {
  private let engine: ReconstructionEngine
  private let recordings: RecordingSeries
  /// The place of the next message in the recordings.
  private var next = 0
  private var sessions: [String: ScanSession] = [:]
  private var finished: [String: FinishedScan] = [:]

  init(engine: ReconstructionEngine, recordings: RecordingSeries) {
    self.engine = engine
    self.recordings = recordings
  }

  /// Takes one step.
  ///
  /// - Parameter step: The step; one about a scan that the messages do not have is passed over and
  ///   told.
  /// - Throws: `StorageError` where a message cannot be read.
  mutating func take(_ step: ScheduleStep) throws {
    switch step.step {
    case .begin:
      guard let session = try session(step) else { return }
      if session.description.positions.isEmpty {
        // Its object was sized by the frames' own positions, when all were there.
        while !session.canBegin, try read() {}
      }
      if step.probe == ReconstructionEngine.ProbeSource.search {
        engine.searchDefocus(session)
      } else {
        try read(through: step.messages?.max() ?? -1)
        engine.begin(
          session,
          probe: step.probe,
          messages: step.messages,
          object: step.object
        )
      }
    case .add:
      guard let session = try session(step), let messages = step.messages else { return }
      try read(through: messages.max() ?? -1)
      engine.add(session, messages: messages)
    case .iterate:
      guard let session = try session(step) else { return }
      engine.iterate(session, step.iterations ?? 0, refining: false)
    case .refineScan:
      guard let session = try session(step) else { return }
      engine.iterate(session, step.iterations ?? 0, refining: true)
    case .finish:
      guard let session = try session(step) else { return }
      let ending = ScanAssembler.End(request: step.request)
      if ending.isAbort {
        session.progress.withLock { if !$0.wasAborted { $0.end = .aborted } }
      }
      finished[session.key] = engine.finish(session, step.end)
      sessions[session.key] = nil
    case .fold:
      guard let key = step.scan, let scan = finished.removeValue(forKey: key) else { return }
      _ = engine.fold(scan, replays: step.iterations)
    case .refine:
      guard let name = step.tomogram else { return }
      _ = engine.refine(name, count: step.iterations)
    case .close:
      guard let session = try session(step) else { return }
      let last = step.messages?.max()
      try read(through: last ?? -1)
      // That message may be one that could not be recorded.
      _ = engine.end(session.key, ScanAssembler.End(request: step.request), after: last)
      session.progress.withLock { $0.isEnded = true }
    case .set:
      guard let key = step.key, let value = step.value else { return }
      // What had come before takes its parameters from before.
      try read(through: step.messages?.max() ?? -1)
      do throws(PipelineError) {
        _ = try engine.set(key, to: value)
      } catch {
        engine.report(RunEvent(.warning, "a recorded change is passed over: \(error)"))
      }
    case .place:
      guard let placement = ScanPlacement(step) else { return }
      try read(through: step.messages?.max() ?? -1)
      _ = engine.place(placement)
      for (key, scan) in finished where scan.object.identity.scan == placement.scan {
        finished[key] = scan.placed(placement)
      }
    case .complete:
      if let name = step.tomogram { engine.complete(name) }
    case .adjust:
      if let name = step.tomogram { engine.adjust(name) }
    case .holdBack, .dropTilt, .takeBack:
      if let change = TiltChange(step) { _ = engine.apply(change) }
    case .rebuild:
      if let name = step.tomogram { engine.rebuild(name) }
    case .realign:
      if let name = step.tomogram { engine.realign(name, rounds: step.iterations) }
    case .realignAsked, .pause, .resume, .snapshot: break
    }
  }

  /// Reads what no step needed, so that it is counted; its patterns are let go.
  mutating func takeRemaining(unless isStopping: () -> Bool) throws {
    while !isStopping(), try read() {
      for session in sessions.values {
        let count = session.pending.withLock { pending in
          defer { pending = [] }
          return pending.reduce(0) { $0 + $1.exposures }
        }
        engine.count(used: 0, unusable: count)
      }
    }
  }

  /// Finishes what the schedule leaves open: the live run was killed, or the repetition stopped.
  mutating func finishOpen() {
    for session in sessions.values.sorted(by: { $0.startedAt < $1.startedAt }) {
      guard session.progress.withLock({ $0.frames > 0 }) else { continue }
      finished[session.key] = engine.finish(session, nil)
    }
    sessions = [:]
    for scan in finished.values.sorted(by: { $0.startedAt < $1.startedAt }) {
      _ = engine.fold(scan)
    }
    finished = [:]
    for name in engine.openTomograms { engine.complete(name) }
  }

  private mutating func session(_ step: ScheduleStep) throws -> ScanSession? {
    guard let key = step.scan else { return nil }
    while sessions[key] == nil, try read() {}
    if sessions[key] == nil {
      engine.report(
        RunEvent(.warning, "the schedule has a step for it, and no message starts it", scan: key)
      )
    }
    return sessions[key]
  }

  /// Reads the messages up to that of this number.
  private mutating func read(through number: Int) throws {
    while next < recordings.messageCount, recordings.number(of: next) <= number, try read() {}
  }

  /// Reads the next message; false where there is none.
  private mutating func read() throws -> Bool {
    guard next < recordings.messageCount else { return false }
    let outcome = engine.take(try recordings.message(next))
    next += 1
    for session in outcome.opened { sessions[session.key] = session }
    return true
  }
}
