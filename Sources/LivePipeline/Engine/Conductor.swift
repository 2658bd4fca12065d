// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Ptychography
import Synchronization

/// Decides what the compute threads do next, and does it with them.
///
/// One rule: newest data first, then the oldest unfinished scan, then the volume. Messages have a
/// thread of their own, which comes before the others; work comes in slices of a few milliseconds.
/// When more scans are unfinished than the configuration allows, either the source waits or the
/// oldest is finished as it is. Somebody may let all of it rest: then messages wait where they are
/// recorded.
final class Conductor: @unchecked Sendable {
  // Sendable by hand: everything that changes is touched with `condition` locked.

  /// What comes from the source, in its order.
  enum Arrival {
    case message(ReceivedMessage)
    /// What somebody asked for here when it was recorded.
    case change(ScheduleStep)
  }

  enum Job {
    case take(ReceivedMessage)
    /// Do what somebody asked for when the messages before had come.
    case follow(ScheduleStep)
    case batch(ScanTask)
    case settle(ScanTask)
    case fold(FinishedScan)
    case complete(String)
    /// Take tilts of this tomogram out of its volumes, or back.
    case change(String)
    /// Write everything as it stands into a folder.
    case snapshot(Snapshot)
    /// Align the tilts of this tomogram jointly.
    case realign(String)
    case measure(ResolutionMeasurement)
    /// Fold stored tilts of this tomogram again.
    case refine(String)
    /// Show the tomograms to those who had not followed them before.
    case show
  }

  /// A scan as the conductor sees it.
  final class ScanTask {
    let session: ScanSession
    var hasPatterns = false
    var isEnded = false
    var isCut = false
    var isBusy = false
    var lastFed = ContinuousClock.now

    init(_ session: ScanSession) {
      self.session = session
    }
  }

  let engine: ReconstructionEngine
  let unfinishedLimit: Int
  let sourceMayWait: Bool
  private let idleTime: Duration
  /// How long somebody who asked for an alignment or a measurement waits for a pause of the work.
  let patience: Duration
  /// Whether messages come from a socket, and are safe only once they are recorded.
  let isLive: Bool
  let onTomogramComplete: @Sendable () -> Void

  private let condition = NSCondition()
  var inbox = Fifo<Arrival>()
  var isTaking = false
  /// Scans that are not done, in the order of their start.
  var scans: [ScanTask] = []
  var toFold = Fifo<FinishedScan>()
  var isOnVolume = false
  var fullTomograms: [String] = []
  /// What somebody asked for, to be done when there is nothing else, or by turns.
  var measurements: [ResolutionMeasurement] = []
  /// What somebody asked for tilts, to be done before the next fold.
  var tiltChanges: [TiltChange] = []
  /// The tomograms that somebody wants aligned, to be done when there is nothing else, or before long.
  var alignments: [AskedAlignment] = []
  /// What somebody wants written.
  var snapshots: [Snapshot] = []
  /// Whether somebody lets the reconstruction rest.
  var isPaused = false
  /// Whether messages that came meanwhile are still worked off; no scan is cut short for them.
  var isCatchingUp = false
  /// The tomograms whose volumes gain by folding stored tilts again, the latest first.
  var restless: [String] = []
  var isMeasuring = false
  /// When a measurement may go on beside scans and folds.
  var nextMeasuringTurn = ContinuousClock.now
  var pace = ScanPace()
  private(set) var sourceHasEnded = false
  private var isDone = false

  /// Prepares.
  ///
  /// - Parameters:
  ///   - engine: What does the steps.
  ///   - sourceMayWait: Whether a source that is too fast waits; if not, scans are cut short.
  ///   - endsScansByTime: Whether a scan ends after the configured time without a frame.
  ///   - patience: How long an alignment or a measurement that was asked for waits for a pause of the
  ///     work, seconds.
  ///   - onTomogramComplete: Told when a tomogram is whole.
  init(
    engine: ReconstructionEngine,
    sourceMayWait: Bool,
    endsScansByTime: Bool,
    patience: Double,
    onTomogramComplete: @escaping @Sendable () -> Void
  ) {
    self.engine = engine
    isLive = endsScansByTime
    self.sourceMayWait = sourceMayWait
    self.patience = .seconds(patience)
    self.onTomogramComplete = onTomogramComplete
    unfinishedLimit = engine.configuration.compute.unfinishedScans
    idleTime = endsScansByTime ? .seconds(engine.configuration.source.idleTime) : .seconds(1 << 30)
  }

  // MARK: - From the source

  /// Hands a message over; false where there was no room for it in time.
  func submit(_ message: ReceivedMessage, timeout: Double) -> Bool {
    submit(.message(message), timeout: timeout)
  }

  /// Hands over what comes next; false where there was no room for it in time.
  func submit(_ arrival: Arrival, timeout: Double) -> Bool {
    let deadline = Date(timeIntervalSinceNow: timeout)
    condition.lock()
    defer { condition.unlock() }
    while inbox.count >= Self.inboxLimit {
      guard condition.wait(until: deadline) else { return false }
    }
    inbox.append(arrival)
    let depth = inbox.count
    engine.board.update { $0.intakeDepth = depth }
    condition.broadcast()
    return true
  }

  /// Says that no message will come any more; what is there is finished.
  func endSource() {
    condition.lock()
    sourceHasEnded = true
    setPaused(false)
    engine.board.update { $0.state = .finishing }
    condition.broadcast()
    condition.unlock()
  }

  /// The messages that wait.
  var depth: Int {
    condition.lock()
    defer { condition.unlock() }
    return inbox.count
  }

  // MARK: - For the workers

  /// What the thread of the intake runs: takes messages until everything is done.
  func takeMessages() {
    while let job = next(chooseMessage) { run(job) }
  }

  /// What each compute thread runs: works until everything is done.
  func work() {
    while let job = next(chooseWork) { run(job) }
  }

  /// The next job; waits for one, nil when everything is done.
  private func next(_ choose: () -> Job?) -> Job? {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if isDone { return nil }
      if isPaused { goOnUnlessSafe() } else { endSilentScans() }
      if let job = choose() { return job }
      if isFinished {
        isDone = true
        condition.broadcast()
        return nil
      }
      _ = condition.wait(until: Date(timeIntervalSinceNow: 0.1))
    }
  }

  /// Whether nothing is left and nothing will come.
  private var isFinished: Bool {
    sourceHasEnded && inbox.count == 0 && !isTaking && scans.isEmpty && toFold.count == 0
      && !isOnVolume && fullTomograms.isEmpty && tiltChanges.isEmpty && snapshots.isEmpty
      && engine.openTomograms.isEmpty
  }

  private func chooseMessage() -> Job? {
    if isCatchingUp, inbox.count == 0, engine.board.status.intakeBehind == 0 {
      isCatchingUp = false
    }
    guard !isTaking, !isPaused, let arrival = inbox.first else { return nil }
    if case .message(let message) = arrival, mustWait(message) { return nil }
    _ = inbox.popFirst()
    isTaking = true
    condition.broadcast()
    switch arrival {
    case .message(let message): return .take(message)
    case .change(let step): return .follow(step)
    }
  }

  private func chooseWork() -> Job? {
    if !isOnVolume, let snapshot = snapshots.first {
      isOnVolume = true
      return .snapshot(snapshot)
    }
    // Some milliseconds, and a newcomer sees everything, during a rest as well.
    if !isOnVolume, engine.mailbox.isAskedFor {
      isOnVolume = true
      return .show
    }
    if isPaused { return nil }
    // A scan whose time is up makes room.
    if let task = scans.first(where: { $0.isCut && $0.isEnded && !$0.isBusy }) {
      task.isBusy = true
      return .settle(task)
    }
    if let task = scans.last(where: { $0.hasPatterns && !$0.isBusy && $0.session.canBegin }) {
      task.isBusy = true
      task.hasPatterns = false
      return .batch(task)
    }
    if !isOnVolume, let change = tiltChanges.first {
      isOnVolume = true
      return .change(change.tomogram)
    }
    if let job = chooseAsked(isIdle: false) { return job }
    if !isOnVolume, let finished = toFold.popFirst() {
      isOnVolume = true
      return .fold(finished)
    }
    if let task = scans.first(where: { $0.isEnded && !$0.isBusy }) {
      task.isBusy = true
      return .settle(task)
    }
    if !isOnVolume, let name = fullTomograms.first {
      isOnVolume = true
      return .complete(name)
    }
    if isEverythingButVolumesDone, !isOnVolume, let name = engine.openTomograms.first {
      isOnVolume = true
      return .complete(name)
    }
    // The threads of a scan or volume that is worked on are left to it.
    guard !isMeasuring, !isOnVolume, !scans.contains(where: \.isBusy) else { return nil }
    if let job = chooseAsked(isIdle: true) { return job }
    if let name = restless.first {
      isOnVolume = true
      return .refine(name)
    }
    return nil
  }

  private var isEverythingButVolumesDone: Bool {
    guard sourceHasEnded, inbox.count == 0, !isTaking, toFold.count == 0 else { return false }
    // Scans that no source ends any more.
    let open = scans.filter { !$0.isEnded && !$0.isBusy }
    for task in open { end(task, .finished) }
    return scans.isEmpty
  }

  /// Whether a message must wait because it would start one scan too many.
  private func mustWait(_ message: ReceivedMessage) -> Bool {
    // Scans that have not ended do not count: the very start that waits may be what ends them.
    (sourceMayWait || isCatchingUp) && scans.count(where: \.isEnded) >= unfinishedLimit
      && engine.startsScan(message)
  }

  private func endSilentScans() {
    let now = ContinuousClock.now
    for task in scans where !task.isEnded && !isTaking && inbox.count == 0 {
      if now - task.lastFed > idleTime { end(task, .silent) }
    }
  }

  /// Ends a scan that its source has not ended.
  func end(_ task: ScanTask, _ reason: ScanAssembler.End) {
    let outcome = engine.end(task.session.key, reason)
    if !outcome.fed.isEmpty { task.hasPatterns = true }
    task.isEnded = true
    task.session.progress.withLock { $0.isEnded = true }
  }

  func locked<Result>(_ body: () -> Result) -> Result {
    condition.lock()
    defer {
      condition.broadcast()
      condition.unlock()
    }
    return body()
  }

  /// The same, refused where no thread is left to do what is asked for.
  func lockedUnlessOver<Result>(_ body: () -> Result) throws(PipelineError) -> Result {
    let result = locked { isDone ? nil : body() }
    guard let result else {
      throw PipelineError(
        .data,
        "the run is over and its results are being written; a replay of the recording can still change it"
      )
    }
    return result
  }

  /// Messages that may wait; raw frames have 2.4 MB each.
  private static let inboxLimit = 64
}
