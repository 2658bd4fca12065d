// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import HDF5Storage
import Imaging
import Messaging
import Synchronization

extension Pipeline {
  /// Starts the thread of the outgoing sockets and the listeners, where there are any.
  func startPublisher(_ context: MessagingContext) throws -> PipelineThread? {
    guard configuration.previews.isEnabled || !listeners.isEmpty else { return nil }
    return try starting("publisher") { [self] started in
      var publisher = try PreviewPublisher(
        context,
        configuration: configuration.previews,
        mailbox: mailbox,
        board: board,
        listeners: listeners
      )
      let endpoint = publisher.endpoint
      let recEndpoint = publisher.recEndpoint
      board.update { status in
        status.previewEndpoint = endpoint
        status.recEndpoint = recEndpoint
      }
      started()
      while !publisherMayEnd.load(ordering: .sequentiallyConsistent) {
        try publisher.work(milliseconds: 20)
      }
      try publisher.finish()
    }
  }

  /// Starts the thread that answers requests.
  func startControl(
    _ context: MessagingContext,
    _ desk: ControlDesk
  ) throws -> PipelineThread {
    try starting("control") { [self] started in
      var server = try ControlServer(
        context,
        configuration: configuration,
        desk: desk
      )
      let endpoint = server.endpoint
      board.update { $0.controlEndpoint = endpoint }
      started()
      while !recorderMayEnd.load(ordering: .sequentiallyConsistent) { try server.work() }
    }
  }

  /// Starts the receiver and the recorder of a live run.
  func startStream(
    _ context: MessagingContext,
    _ engine: ReconstructionEngine,
    _ conductor: Conductor,
    recording: String?
  ) throws -> [PipelineThread] {
    let queue = BoundedQueue<ReceivedMessage>(limit: Self.receivedLimit, overflow: .block)
    let recorder = try starting("recorder") { [self] started in
      let file = recording.map { makeRecording($0, engine) }
      let changes = try options.resumes ? recording.map(changesTakenUp) : nil
      let isPacked = file != nil && configuration.recording.compression != .none
      var recorder = StreamRecorder(
        recording: file,
        queue: queue,
        packer: FramePacker(
          isPacked ? configuration.recording.compression : .none,
          threads: ProcessInfo.processInfo.activeProcessorCount
        ),
        surroundings: StreamRecorder.Surroundings(
          sourceWaits: configuration.compute.whenBehind == .wait,
          highWaterMark: configuration.source.highWaterMark,
          board: board,
          steps: { engine.schedule.take() },
          report: { engine.report($0) },
          countUnread: { engine.countUnread() },
          submit: { message, timeout in
            changes?.handOver(before: message.number) { step in
              conductor.submit(.change(step), timeout: timeout)
            } != false && conductor.submit(message, timeout: timeout)
          },
          isPaused: { [board] in board.status.isPaused }
        )
      )
      if options.resumes, let recording {
        let earlier = try takeUp(recording)
        file?.start(with: earlier.sink, nextNumber: earlier.nextNumber)
        recorder.take(earlier.messages, numbers: earlier.numbers, in: earlier.sink)
      } else {
        file?.start(at: nanosecondsNow())
      }
      started()
      while !queue.isExhausted || !recorder.isEmpty {
        // What waits is to be worked off now.
        if queue.isExhausted { conductor.endRest() }
        recorder.work()
      }
      // Nothing comes any more that would have to be recorded meanwhile.
      conductor.endRest()
      while changes?.handOver(
        before: .max,
        { conductor.submit(.change($0), timeout: 0.05) }
      ) == false {
        recorder.work()
        conductor.endRest()
      }
      conductor.endSource()
      // The schedule goes on for as long as anything is computed.
      while !recorderMayEnd.load(ordering: .sequentiallyConsistent) {
        recorder.work()
        Thread.sleep(forTimeInterval: 0.02)
      }
      recorder.finish()
    }
    do {
      let receiver = try starting("receiver") { [self] started in
        defer { queue.close() }
        var receiver = try StreamReceiver(
          context,
          configuration: configuration.source,
          queue: queue
        )
        if let path = configuration.source.sidecar {
          // Ahead of the stream, and recorded as any message: a replay reads it there.
          let parts = try SidecarFile.message(path)
          queue.push(ReceivedMessage(number: -1, parts: parts, arrival: nanosecondsNow()))
        }
        started()
        while !isStopping.load(ordering: .sequentiallyConsistent) { try receiver.work() }
      }
      return [receiver, recorder]
    } catch {
      recorderMayEnd.store(true, ordering: .sequentiallyConsistent)
      recorder.join()
      throw error
    }
  }

  private func makeRecording(_ path: String, _ engine: ReconstructionEngine) -> RunRecording {
    RunRecording(
      candidates: RunRecording.candidates(
        path,
        results: engine.results.path,
        configuration: configuration.recording
      ),
      opening: RunRecording.Opening(configuration),
      report: { engine.report($0) },
      count: { engine.countUnrecorded(messages: $0, bytes: $1) }
    )
  }

  /// What people changed in the run whose recording is taken up.
  private func changesTakenUp(_ path: String) throws -> ChangesTakenUp {
    do throws(StorageError) {
      let schedule = try RecordingReader(path: path).schedule()
      let changes = RecordedChanges(schedule, except: options.replay.fixedKeys)
      if changes.count > 0 {
        board.report(
          RunEvent(
            .info,
            "\(Words.count(changes.count, "change")) that people made in that run "
              + "\(changes.count == 1 ? "is" : "are") made again at the same places"
          )
        )
      }
      return ChangesTakenUp(changes)
    } catch {
      throw PipelineError(.input, "the recording cannot be taken up: \(error)")
    }
  }

  /// Takes up the recording of an earlier run.
  private func takeUp(
    _ path: String
  ) throws -> (sink: RecordingFile, messages: [RecordedMessage], numbers: [Int], nextNumber: Int) {
    let resumed: RecordingWriter.Resumed
    do throws(StorageError) {
      resumed = try RecordingWriter.resuming(path, compression: configuration.recording.compression)
    } catch {
      throw PipelineError(.input, "the recording cannot be taken up: \(error)")
    }
    let (messages, numbers, next) = (resumed.messages, resumed.numbers, resumed.nextNumber)
    var writer = resumed.take()
    writer.flushInterval = Int64(configuration.recording.flushInterval * 1e9)
    board.report(
      RunEvent(.info, "\(path) is taken up with \(messages.count) messages, which come first")
    )
    return (RecordingFile(writer), messages, numbers, next)
  }

  /// Starts the thread that reads a recording in place of a detector.
  func startReplay(of paths: [String], _ conductor: Conductor) throws -> PipelineThread {
    try starting("replay") { [self] started in
      let recordings = try RecordingSeries(paths)
      let first = try options.replay.firstStart(in: recordings)?.message ?? 0
      var pacing = ReplayPacing(options.replay.pace)
      let schedule = try options.replay.followsChanges ? recordings.schedule() : []
      var changes = RecordedChanges(
        schedule,
        except: options.replay.fixedKeys,
        last: recordings.messageCount > 0 ? recordings.number(of: recordings.messageCount - 1) : nil
      )
      started()
      defer { conductor.endSource() }
      let isStopping = { self.isStopping.load(ordering: .sequentiallyConsistent) }
      func follow(_ steps: [ScheduleStep]) -> Bool {
        for step in steps {
          while !conductor.submit(.change(step), timeout: 0.1) {
            guard !isStopping() else { return false }
          }
        }
        return true
      }
      for place in 0..<recordings.messageCount {
        var message = try recordings.message(place)
        guard follow(changes.due(before: message.number)) else { return }
        message.isOnlyForDarks = place < first
        if place >= first { pacing.wait(until: message.arrival, unless: isStopping) }
        // What is read in place of a detector is received when it would have come.
        message.received = .now
        while !conductor.submit(message, timeout: 0.1) {
          guard !isStopping() else { return }
        }
        guard !isStopping() else { return }
      }
      _ = follow(changes.due(before: .max))
    }
  }

  /// Starts a thread and waits until it says that it has started.
  ///
  /// - Parameters:
  ///   - name: The thread's name.
  ///   - body: What it does; calls `started` once everything that may be refused is there.
  /// - Returns: The running thread.
  /// - Throws: What `body` throws before it has started; what it throws later is an event.
  private func starting(
    _ name: String,
    _ body: @escaping @Sendable (_ started: () -> Void) throws -> Void
  ) throws -> PipelineThread {
    let reports = BoundedQueue<Result<Void, any Error>>(limit: 4, overflow: .block)
    let thread = PipelineThread(name) { [board] in
      do {
        try body { reports.push(.success(())) }
      } catch {
        guard reports.highWaterMark > 0 else {
          reports.push(.failure(error))
          return
        }
        board.report(RunEvent(.error, "the \(name) thread has ended: \(error)"))
      }
    }
    while true {
      guard let report = reports.pop(timeout: 10) else { continue }
      try report.get()
      return thread
    }
  }

  /// Messages between socket and recorder; raw frames have 2.4 MB each.
  private static let receivedLimit = 64
}
