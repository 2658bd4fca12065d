// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import FourierTransform
import HDF5Storage
import Imaging
import Messaging
import Preprocessing
import Synchronization

/// A whole run: from the stream of a detector, or a recording, to files and previews.
///
/// Threads: `receiver` (socket to queue), `recorder` (queue to file, then on), `intake`
/// (decoding and cleaning), `calibration` (whole pictures of a scan's first frames), as many
/// `compute` threads as the configuration says, `crew` threads, one fewer, that share the frames of
/// a scan with one of them, `publisher`, `control`. They meet at bounded queues that block; only
/// previews may be skipped. How they work together: Docs/Explanations/Pipeline.md.
public final class Pipeline: Sendable {
  /// Where messages come from.
  public enum Source: Sendable, Hashable {
    /// The sockets that the configuration names.
    case stream
    /// The recordings of one run in their order, at the pace and from the scan that
    /// `Options.replay` says.
    case recordings([String])

    /// A run's only recording.
    public static func recording(_ path: String) -> Source { .recordings([path]) }
  }

  /// What a run is to do apart from its configuration.
  public struct Options: Sendable, Hashable {
    /// The folder of the results.
    public var results: String
    /// The recording to make; nil for none.
    public var recording: String?
    /// Whether `recording` is one of an earlier run, which is taken up: what it holds is processed
    /// first, what comes is written behind it.
    public var resumes = false
    /// How a recording is replayed.
    public var replay = ReplayPlan()
    /// Whether the run ends with the first whole tomogram.
    public var endsWithTomogram = false
    /// How long an alignment or a measurement that somebody asked for waits for a pause of the work
    /// before it goes on beside it, seconds.
    public var patience = 10.0

    /// Takes the places that a configuration names.
    public init(_ configuration: PipelineConfiguration) {
      results = configuration.results.directory
      recording = nil
      if configuration.recording.enabled {
        let path = configuration.recording.path
        recording = path.hasPrefix("/") ? path : "\(results)/\(path)"
      }
    }
  }

  let configuration: PipelineConfiguration
  let source: Source
  let options: Options
  let board: StatusBoard
  let mailbox: PreviewMailbox
  let listeners: [any PreviewListener]
  let isStopping = Atomic(false)
  let publisherMayEnd = Atomic(false)
  let recorderMayEnd = Atomic(false)
  /// Who answers control requests; nil while no run goes on.
  let desk = Mutex<ControlDesk?>(nil)

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - configuration: What an instrument and its user decided.
  ///   - source: Where messages come from.
  ///   - options: Folders and the like.
  ///   - onEvent: Told of everything that a person should know, on whatever thread it happens.
  public convenience init(
    configuration: PipelineConfiguration,
    source: Source,
    options: Options,
    onEvent: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) {
    self.init(
      configuration: configuration,
      source: source,
      options: options,
      listeners: [],
      onEvent: onEvent
    )
  }

  /// Prepares a run that shows its previews to others in this process, too.
  ///
  /// - Parameters:
  ///   - configuration: What an instrument and its user decided.
  ///   - source: Where messages come from.
  ///   - options: Folders and the like.
  ///   - listeners: Who is given every preview, on the publisher's thread.
  ///   - onEvent: Told of everything that a person should know, on whatever thread it happens.
  package init(
    configuration: PipelineConfiguration,
    source: Source,
    options: Options,
    listeners: [any PreviewListener],
    onEvent: @escaping @Sendable (RunEvent) -> Void
  ) {
    self.configuration = configuration
    self.source = source
    self.options = options
    self.listeners = listeners
    board = StatusBoard(onEvent: onEvent)
    mailbox = PreviewMailbox(
      isOpen: configuration.previews.isEnabled || !listeners.isEmpty,
      rates: PreviewRates(configuration.previews)
    )
  }

  /// Where the run stands.
  public var status: RunStatus { board.status }

  /// Asks the run to take no more messages, finish what it has and write it; returns at once.
  public func requestFinish() {
    isStopping.store(true, ordering: .sequentiallyConsistent)
  }

  /// Notes something that happened beside the run, in this process, and tells of it.
  package func report(_ event: RunEvent) {
    board.report(event)
    mailbox.offer(event: event)
  }

  /// Runs until the source ends, the tomogram is whole (if so asked) or `requestFinish` is called.
  ///
  /// - Returns: What the run came to.
  /// - Throws: `PipelineError`, `ZeroMQError` or `StorageError` where the run cannot start.
  public func run() throws -> RunSummary {
    let started = ContinuousClock.now
    let results = try resultFolder()
    board.update { $0.resultsPath = results.path }
    let plan = makePlan()
    let context = try MessagingContext()
    let recordingPath = source == .stream ? options.recording : nil
    let engine = ReconstructionEngine(
      configuration: configuration,
      plan: plan,
      board: board,
      mailbox: mailbox,
      schedule: ScheduleLog(isKept: recordingPath != nil),
      results: results
    )
    defer { engine.crew.end() }
    engine.load.withLock { $0.bareTransformPair = plan.measuredPair() }
    let sourceMayWait = source != .stream || configuration.compute.whenBehind == .wait
    let endpoints = source == .stream ? configuration.source.endpoints : []
    board.update { status in
      status.whenBehind = sourceMayWait ? .wait : .cut
      status.source = endpoints.isEmpty ? nil : endpoints.joined(separator: ", ")
    }
    let conductor = Conductor(
      engine: engine,
      sourceMayWait: sourceMayWait,
      endsScansByTime: source == .stream,
      patience: options.patience,
      onTomogramComplete: { [self] in
        if options.endsWithTomogram { requestFinish() }
      }
    )

    let desk = ControlDesk(conductor: conductor, board: board)
    self.desk.withLock { $0 = desk }
    defer { self.desk.withLock { $0 = nil } }
    let publisher = try startPublisher(context)
    defer {
      publisherMayEnd.store(true, ordering: .sequentiallyConsistent)
      publisher?.join()
    }
    board.update { $0.state = .waiting }
    if source == .stream {
      for warning in configuration.warnings { engine.report(RunEvent(.warning, warning)) }
    }
    let sources =
      switch source {
      case .stream:
        try startStream(context, engine, conductor, recording: recordingPath)
      case .recordings(let paths):
        [try startReplay(of: paths, conductor)]
      }
    let control =
      source == .stream && configuration.control.isEnabled
      ? try startControl(context, desk) : nil
    let intake = PipelineThread("intake") { conductor.takeMessages() }
    let workers = (0..<configuration.compute.threadCount).map { number in
      PipelineThread("compute-\(number)", niceness: configuration.compute.niceness) {
        conductor.work()
      }
    }
    for worker in workers + [intake] { worker.join() }
    recorderMayEnd.store(true, ordering: .sequentiallyConsistent)
    requestFinish()
    for thread in sources { thread.join() }
    control?.join()

    return conclude(engine, since: started, recording: board.status.recordingPath)
  }

  /// Counts what is left, and writes what the run came to.
  func conclude(
    _ engine: ReconstructionEngine,
    since started: ContinuousClock.Instant,
    recording: String?
  ) -> RunSummary {
    engine.endIntake()
    board.update { $0.state = .done }
    return engine.results.writeSummary(
      counters: board.status.counters,
      events: board.events,
      errors: board.status.errors,
      elapsed: (ContinuousClock.now - started).inSeconds,
      load: engine.scanLoad,
      latency: board.latency.figures,
      recording: recording,
      report: engine.report
    )
  }

  /// The folder of the results.
  ///
  /// A live run starts without one, if need be: its recording can be
  /// replayed, its beam time cannot.
  private func resultFolder() throws(PipelineError) -> ResultFolder {
    do throws(PipelineError) {
      return try ResultFolder(path: options.results, configuration: configuration)
    } catch {
      guard source == .stream, options.recording != nil else { throw error }
      let file = URL(filePath: options.results).lastPathComponent
      let fallback = "\(RunRecording.fallbackFolder(configuration.recording))/tiltfold-\(file)"
      guard let folder = try? ResultFolder(path: fallback, configuration: configuration) else {
        board.report(RunEvent(.error, "NO RESULTS ARE WRITTEN: \(error)"))
        return ResultFolder(unwritable: options.results, configuration: configuration)
      }
      board.report(RunEvent(.error, "\(error); results go to \(fallback)"))
      return folder
    }
  }

  /// Plans the transforms.
  func makePlan() -> FourierPlan2D {
    let shape = Shape2D(square: configuration.preprocessing.patternSize)
    return configuration.compute.makePlan(shape: shape) { board.report(RunEvent(.info, $0)) }
  }
}
