// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Synchronization

/// Takes the steps of a schedule with an engine, reading messages as far as each step needs them.
struct ScheduleRepetition {
  private let engine: ReconstructionEngine
  private let messageCount: Int
  private var nextMessage = 0
  private var sessions: [String: ScanSession] = [:]
  private var finished: [String: FinishedScan] = [:]

  init(engine: ReconstructionEngine, messageCount: Int) {
    self.engine = engine
    self.messageCount = messageCount
  }

  /// Takes one step.
  ///
  /// - Parameters:
  ///   - step: The step; one about a scan that the messages do not have is passed over and told.
  ///   - message: Reads a message of the recording.
  /// - Throws: What `message` throws.
  mutating func take(
    _ step: ScheduleStep,
    _ message: (Int) throws -> ReceivedMessage
  ) throws {
    switch step.step {
    case .begin:
      guard let session = try session(step, message) else { return }
      if session.description.positions.isEmpty {
        // Its object was sized by the frames' own positions, when all were there.
        while !session.canBegin, try read(message) {}
      }
      if step.probe == ReconstructionEngine.ProbeSource.search {
        engine.searchDefocus(session)
      } else {
        while nextMessage <= step.messages?.max() ?? -1, try read(message) {}
        engine.begin(session, probe: step.probe, messages: step.messages)
      }
    case .add:
      guard let session = try session(step, message), let messages = step.messages else { return }
      while nextMessage <= messages.max() ?? -1, try read(message) {}
      // Frames that waited for the beam's place until their scan ended without a message.
      if session.waiting(messages).count < messages.count {
        _ = engine.end(session.key, .finished)
      }
      engine.add(session, messages: messages)
    case .iterate:
      guard let session = try session(step, message) else { return }
      engine.iterate(session, step.iterations ?? 0)
    case .finish:
      guard let session = try session(step, message) else { return }
      finished[session.key] = engine.finish(session)
      sessions[session.key] = nil
    case .fold:
      guard let key = step.scan, let scan = finished.removeValue(forKey: key) else { return }
      _ = engine.fold(scan)
    case .close:
      guard let session = try session(step, message) else { return }
      while nextMessage <= step.messages?.max() ?? -1, try read(message) {}
      _ = engine.end(session.key, .silent)
      session.progress.withLock { $0.isEnded = true }
    case .set:
      guard let key = step.key, let value = step.value else { return }
      do throws(PipelineError) {
        try engine.set(key, to: value)
      } catch {
        engine.report(RunEvent(.warning, "a recorded change is passed over: \(error)"))
      }
    case .place:
      guard let name = step.scan, let degrees = step.tilt else { return }
      let placement = ScanPlacement(
        scan: name,
        tilt: TiltAngle(degrees: degrees),
        tomogram: step.tomogram
      )
      _ = engine.place(placement)
      for (key, scan) in finished where scan.object.identity.scan == name {
        finished[key] = scan.placed(placement)
      }
    case .complete:
      if let name = step.tomogram { engine.complete(name) }
    }
  }

  /// Reads what no step needed, so that it is counted; its patterns are let go.
  mutating func takeRemaining(
    unless isStopping: () -> Bool,
    _ message: (Int) throws -> ReceivedMessage
  ) throws {
    while !isStopping(), try read(message) {
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
      finished[session.key] = engine.finish(session)
    }
    sessions = [:]
    for scan in finished.values.sorted(by: { $0.startedAt < $1.startedAt }) {
      _ = engine.fold(scan)
    }
    finished = [:]
    for name in engine.openTomograms { engine.complete(name) }
  }

  private mutating func session(
    _ step: ScheduleStep,
    _ message: (Int) throws -> ReceivedMessage
  ) throws -> ScanSession? {
    guard let key = step.scan else { return nil }
    while sessions[key] == nil, try read(message) {}
    if sessions[key] == nil {
      engine.report(
        RunEvent(.warning, "the schedule has a step for it, and no message starts it", scan: key)
      )
    }
    return sessions[key]
  }

  /// Reads the next message; false where there is none.
  private mutating func read(_ message: (Int) throws -> ReceivedMessage) throws -> Bool {
    guard nextMessage < messageCount else { return false }
    let outcome = engine.take(try message(nextMessage))
    nextMessage += 1
    for session in outcome.opened { sessions[session.key] = session }
    return true
  }
}
