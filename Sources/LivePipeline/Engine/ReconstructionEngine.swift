// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import Imaging
import Preprocessing
import Ptychography
import Synchronization

/// What a run does with its data, step by step; the order of the steps is somebody else's.
///
/// Live and replay call the same steps: live as the `Conductor` decides, `replay --as-recorded` in
/// the order that the schedule holds. Every step that changes a result is noted in the schedule.
/// Steps of one scan must not overlap, nor those of one tomogram; all else may.
final class ReconstructionEngine: Sendable {
  private let settings: Mutex<PipelineConfiguration>
  let plan: FourierPlan2D
  /// Threads that scans share their frames with; whoever made the engine ends them.
  let crew: WorkerCrew
  /// The same threads, for scans, their time counted.
  let scanWork: TimedWork
  /// What iterations cost; without what other threads than the caller's did.
  let load = Mutex(PtychographyLoad())
  let board: StatusBoard
  let mailbox: PreviewMailbox
  let schedule: ScheduleLog
  let results: ResultFolder
  /// Whether recorded steps are repeated; patterns are then kept for a search until a scan is done.
  let isRepeating: Bool

  let intake: Mutex<FrameIntake>
  /// Held while a scan takes its parameters, so that a change stands before or after that.
  let starting = Mutex(())
  /// Where scans belong that do not say so themselves, by their names.
  let placements = Mutex<[String: ScanPlacement]>([:])
  /// Scans that are done and of which nobody knows where they belong.
  let unplaced = Mutex<[FinishedScan]>([])
  /// What people asked for the tilts of tomograms, in their order; projections to come are held to it.
  let tiltChanges = Mutex<[TiltChange]>([])
  /// What is not in tomograms that have not begun, and why.
  let leftOutBefore = Mutex<[(identity: ScanIdentity, reason: String)]>([])
  /// What became of scans, by their names.
  let standings = Mutex<[String: Standing]>([:])
  /// The scans whose late frames were told.
  private let toldOfLate = Mutex<Set<String>>([])
  let shelf = Mutex(ProbeShelf())
  let objects = Mutex(ObjectShelf())
  let beam = Mutex(BeamWatch())
  /// Whether it has been told that scans are regular rasters.
  let hasToldOfRaster = Mutex(false)
  /// Whether it has been told that chemistry cannot be solved by its parameters.
  let hasToldOfChemistry = Mutex(false)
  let sessions = Mutex<[String: ScanSession]>([:])
  let tomograms = Mutex<[String: TomogramSession]>([:])

  /// Prepares for one run.
  init(
    configuration: PipelineConfiguration,
    plan: FourierPlan2D,
    board: StatusBoard,
    mailbox: PreviewMailbox,
    schedule: ScheduleLog,
    results: ResultFolder,
    isRepeating: Bool = false
  ) {
    settings = Mutex(configuration)
    self.plan = plan
    crew = WorkerCrew(
      threads: configuration.compute.threadCount,
      niceness: configuration.compute.niceness
    )
    scanWork = TimedWork(crew)
    self.board = board
    self.mailbox = mailbox
    self.schedule = schedule
    self.results = results
    self.isRepeating = isRepeating
    intake = Mutex(FrameIntake(configuration: configuration))
  }

  /// What the iterations of all scans have cost so far.
  var scanLoad: PtychographyLoad {
    var load = load.withLock { $0 }
    load.processorTime += scanWork.secondsOfOthers
    return load
  }

  /// What an instrument and its user decided, as it stands.
  var configuration: PipelineConfiguration { settings.withLock { $0 } }

  /// Takes another configuration.
  func change(_ configuration: PipelineConfiguration) {
    settings.withLock { $0 = configuration }
  }

  /// What a message, or the want of one, changed.
  struct IntakeOutcome {
    /// Scans that started.
    var opened: [ScanSession] = []
    /// Scans that have a new pattern.
    var fed: [ScanSession] = []
    /// Scans that have all frames that they will get.
    var ended: [ScanSession] = []
    /// Frames of scans that were done already.
    var tooLate = 0
  }

  /// Takes one message.
  func take(_ message: ReceivedMessage) -> IntakeOutcome {
    intake.withLock { intake in
      let before = intake.counters.exposures
      let outcome = follow(intake.take(message), message: message, number: message.number)
      intake.counters.unusable += outcome.tooLate
      finishIntake(&intake, framesBefore: before)
      return outcome
    }
  }

  /// Whether a message opens a new scan.
  func startsScan(_ message: ReceivedMessage) -> Bool {
    intake.withLock { $0.startsScan(message) }
  }

  /// Ends a scan that its source does not end.
  ///
  /// - Parameters:
  ///   - key: The scan.
  ///   - reason: Why; a replay follows what somebody asked for.
  ///   - last: The message that came before it, where that is no matter of what came here.
  /// - Returns: What changed.
  func end(
    _ key: String,
    _ reason: ScanAssembler.End,
    after last: Int? = nil
  ) -> IntakeOutcome {
    intake.withLock { intake in
      // What its end merges comes with no message of its own.
      let number = last ?? intake.lastMessage
      schedule.note(
        ScheduleStep(
          .close,
          scan: key,
          messages: [number],
          request: reason.request
        )
      )
      let outcome = follow(intake.end(key: key, reason), message: nil, number: number)
      board.update { $0.counters = intake.counters }
      return outcome
    }
  }

  /// Counts what no message can make use of any more; no message comes after this.
  func endIntake() {
    intake.withLock { intake in
      for event in intake.finish() { report(event) }
      board.update { $0.counters = intake.counters }
    }
  }

  /// The scans that have not ended.
  var openKeys: [String] { intake.withLock { $0.openKeys } }

  /// Counts frames that a solver took, refused, or that came too late for theirs.
  func count(used: Int, unusable: Int) {
    guard used > 0 || unusable > 0 else { return }
    intake.withLock { intake in
      intake.counters.used += used
      intake.counters.unusable += unusable
      board.update { $0.counters = intake.counters }
    }
  }

  /// Counts messages that could not be recorded.
  func countUnrecorded(messages: Int, bytes: Int) {
    intake.withLock { intake in
      intake.counters.unrecorded += messages
      intake.counters.unrecordedBytes += bytes
      board.update { $0.counters = intake.counters }
    }
  }

  /// Counts a recorded message that could not be read back to be processed.
  func countUnread() {
    intake.withLock { intake in
      intake.counters.unread += 1
      board.update { $0.counters = intake.counters }
    }
  }

  /// Says something to everyone who watches.
  func report(_ event: RunEvent) {
    board.report(event)
    mailbox.offer(event: event)
  }

  private func finishIntake(_ intake: inout FrameIntake, framesBefore: Int) {
    if intake.counters.exposures > framesBefore { board.countFrame() }
    board.update { $0.counters = intake.counters }
  }

  /// - Parameters:
  ///   - found: What the intake made of it.
  ///   - message: The message; nil where a scan ends without one.
  ///   - number: The place of the last message that came.
  /// - Returns: What changed.
  private func follow(
    _ found: [FrameIntake.Result],
    message: ReceivedMessage?,
    number: Int
  ) -> IntakeOutcome {
    var outcome = IntakeOutcome()
    var patterns: [String: [ScanSession.PendingPattern]] = [:]
    for case .pattern(let key, let pattern, let exposures, _) in found {
      patterns[key, default: []].append(
        ScanSession.PendingPattern(pattern: pattern, message: number, exposures: exposures)
      )
    }
    for result in found {
      switch result {
      case .event(let event):
        report(event)
      case .opened(let key, let description):
        let session = ScanSession(
          key: key,
          description: description,
          startedAt: message?.arrival ?? nanosecondsNow(),
          framesToBegin: framesToBegin(description),
          placement: placements.withLock { $0[description.identity.scan] },
          configuration: configuration,
          firstMessage: number
        )
        sessions.withLock { $0[key] = session }
        showStart(of: session)
        outcome.opened.append(session)
      case .pattern(let key, let pattern, let exposures, let seconds):
        guard let session = sessions.withLock({ $0[key] }) else {
          outcome.tooLate += exposures
          if toldOfLate.withLock({ $0.insert(key).inserted }) {
            report(
              RunEvent(
                .warning,
                "frames came after its result was taken; they are recorded and take no part",
                scan: key
              )
            )
          }
          continue
        }
        session.progress.withLock { $0.seconds = seconds }
        // All of a message together, or a batch could part what a repetition cannot.
        if let together = patterns.removeValue(forKey: key) {
          session.receive(together, received: mailbox.isOpen ? message?.received : nil)
        }
        if let received = message?.received { board.latency.noteCleaned(received) }
        offerDiffraction(pattern, of: session)
        offerMap(of: session)
        board.update { status in
          if status.scan == session.identity.scan { status.scanFrames += 1 }
        }
        outcome.fed.append(session)
      case .ended(let key, let reason):
        guard let session = sessions.withLock({ $0[key] }) else { continue }
        let configuration = configuration
        session.progress.withLock {
          $0.isEnded = true
          $0.end = reason
          $0.lastConfiguration = configuration
        }
        outcome.ended.append(session)
      }
    }
    return outcome
  }

  private func showStart(of session: ScanSession) {
    let identity = session.identity
    let elapsed = board.elapsed
    let known = tomograms.withLock { $0[identity.tomogram ?? Self.unnamed] }
    let roll = known?.roll.withLock { $0 }
    board.update { status in
      if status.noteStart(ofTomogram: identity.tomogram, at: elapsed), let roll {
        status.tomogramScansFinished = roll.scansIn
        status.isTomogramComplete = roll.isComplete
      }
      status.state = .acquiring
      status.scan = identity.scan
      status.tiltDegrees = identity.tilt?.degrees
      status.tiltIndex = identity.tiltIndex
      status.energy = identity.energy.electronVolts
      status.scanFrames = 0
      status.scanExpected = session.expectedFrames
      status.tiltCount = session.description.tiltCount ?? status.tiltCount
      status.energyCount = session.description.energyCount ?? status.energyCount
      status.scansStarted += 1
    }
  }
}
