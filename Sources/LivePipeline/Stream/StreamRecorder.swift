// SPDX-License-Identifier: BSD-3-Clause

package import HDF5Storage

/// The thread that owns the recording: every message is recorded before it is processed.
///
/// Neither side stops the other. A disk that fails does not stop the processing (`RunRecording`).
/// Processing that is behind does not stop the recording, unless the source is one that is to wait:
/// the newest messages are held, of older ones only the place, and they are read back from the
/// file when their turn comes.
package struct StreamRecorder: ~Copyable {
  /// A recorded message on its way to be processed.
  private struct Held {
    var message: ReceivedMessage
    var place: RunRecording.Place?
    /// Whether `message` has its parts, or they must be read back.
    var isHere = true
  }

  /// What the recorder needs of the rest of the run.
  package struct Surroundings {
    /// Hands a message on; false where there was no room for it in time.
    var submit: (ReceivedMessage, _ timeout: Double) -> Bool
    /// Whether the source is to wait when processing is behind.
    var sourceWaits: Bool
    /// Messages that ZeroMQ may hold beside.
    var highWaterMark: Int
    var board: StatusBoard
    var report: (RunEvent) -> Void
    /// Told of every recorded message that cannot be read back.
    var countUnread: () -> Void
    /// Takes the steps that were done.
    var steps: () -> [String]
    /// Whether processing rests because somebody wants it to: then no source waits for it.
    var isPaused: () -> Bool

    /// Takes all of them.
    package init(
      sourceWaits: Bool,
      highWaterMark: Int,
      board: StatusBoard,
      steps: @escaping () -> [String],
      report: @escaping (RunEvent) -> Void,
      countUnread: @escaping () -> Void,
      submit: @escaping (ReceivedMessage, _ timeout: Double) -> Bool,
      isPaused: @escaping () -> Bool = { false }
    ) {
      self.sourceWaits = sourceWaits
      self.highWaterMark = highWaterMark
      self.board = board
      self.steps = steps
      self.report = report
      self.countUnread = countUnread
      self.submit = submit
      self.isPaused = isPaused
    }
  }

  private let recording: RunRecording?
  private let queue: BoundedQueue<ReceivedMessage>
  private let packer: FramePacker
  private let surroundings: Surroundings
  private var waiting = Fifo<Held>()
  /// Messages of an earlier run that still wait.
  private var earlier = 0
  private var unrecordedNumber = 0
  private var fill = QueueFill()
  private var readBack = ReadBackFailures()
  private var nextLookAtDisk = ContinuousClock.now

  /// Takes a recording, or none.
  ///
  /// - Parameters:
  ///   - recording: Where messages go first.
  ///   - queue: What the receiver fills.
  ///   - packer: What packs frames.
  ///   - surroundings: The rest of the run.
  package init(
    recording: RunRecording?,
    queue: BoundedQueue<ReceivedMessage>,
    packer: FramePacker,
    surroundings: Surroundings
  ) {
    self.recording = recording
    self.queue = queue
    self.packer = packer
    self.surroundings = surroundings
  }

  /// Lets the messages of an earlier run, which stand in the recording, be processed first.
  ///
  /// - Parameters:
  ///   - messages: Where they stand.
  ///   - numbers: Their numbers in the run, [message].
  ///   - sink: The recording.
  package mutating func take(
    _ messages: [RecordedMessage],
    numbers: [Int],
    in sink: any RecordingSink
  ) {
    for (message, number) in zip(messages, numbers) {
      let empty = ReceivedMessage(number: number, parts: [], arrival: message.arrival)
      let place = RunRecording.Place(sink: sink, message: message)
      waiting.append(Held(message: empty, place: place, isHere: false))
    }
    earlier = messages.count
    surroundings.board.update { $0.messagesOfRunBefore = messages.count }
  }

  /// Whether messages are still on their way through here.
  package var isEmpty: Bool { waiting.count == 0 && packer.isEmpty }

  /// Records and hands on what there is, and keeps the file readable meanwhile.
  package mutating func work() {
    if mayTake {
      // With something to hand on, the wait for the next message is short.
      let patience = isEmpty ? 0.05 : 0.002
      var timeout = packer.isEmpty ? patience : 0
      while packer.hasRoom, let message = queue.pop(timeout: timeout) {
        packer.put(message)
        timeout = 0
      }
      var packing = 0.02
      while let (message, packed) = packer.take(timeout: packing) {
        waiting.append(record(message, packed))
        // At once: where several came together, the first need not wait for the last.
        handOn(timeout: 0)
        packing = 0
      }
      handOn(timeout: 0)
    } else {
      handOn(timeout: 0.05)
    }
    // The newest are in memory in any case: not with every short delay.
    recording?.keepCopies(waiting.count > 2 * Self.heldLimit)
    keepFresh()
    show()
  }

  /// Records what the pipeline did and closes the file.
  package consuming func finish() {
    keepFresh()
    if let event = readBack.rest() { surroundings.report(event) }
    packer.close()
    recording?.finish()
    show()
  }

  /// Whether one more message can be taken: it must be held, be readable again, or wait.
  private var mayTake: Bool {
    if waiting.count < Self.heldLimit { return true }
    if surroundings.sourceWaits, earlier == 0, !surroundings.isPaused() { return false }
    return recording?.isRecording == true
  }

  private mutating func record(_ message: ReceivedMessage, _ packed: PackedFrame?) -> Held {
    var message = message
    guard let recording else {
      message.number = unrecordedNumber
      unrecordedNumber += 1
      return Held(message: message)
    }
    message.number = recording.nextNumber
    let place = recording.record(message, packed: packed, at: nanosecondsNow())
    guard place != nil, waiting.count >= Self.heldLimit else {
      return Held(message: message, place: place)
    }
    message.parts = []
    return Held(message: message, place: place, isHere: false)
  }

  private mutating func handOn(timeout: Double) {
    while var held = waiting.first {
      if !held.isHere, let place = held.place {
        // What has not been recorded yet comes first, unless it waits for these to make room.
        guard !mayTake || 4 * queue.depth < queue.limit else { return }
        do {
          held.message.parts = try place.sink.parts(of: place.message)
        } catch {
          surroundings.countUnread()
          readBack.add(error, at: nanosecondsNow())
          forgetFirst()
          continue
        }
      }
      guard surroundings.submit(held.message, timeout) else { return }
      forgetFirst()
    }
  }

  private mutating func forgetFirst() {
    _ = waiting.popFirst()
    earlier = max(0, earlier - 1)
  }

  private mutating func keepFresh() {
    let now = nanosecondsNow()
    recording?.append(surroundings.steps(), at: now)
    recording?.keepFresh(at: now)
    if let event = readBack.due(at: now) { surroundings.report(event) }
    let isBlocked = !mayTake
    if let event = fill.look(
      depth: queue.depth,
      limit: queue.limit,
      beyond: surroundings.highWaterMark,
      isAwaited: isBlocked || surroundings.sourceWaits,
      at: now
    ) {
      surroundings.report(event)
    }
  }

  private mutating func show() {
    lookAtDisk()
    let depth = queue.depth
    let behind = waiting.count
    surroundings.board.update { status in
      status.recorderDepth = depth
      status.intakeBehind = behind
      guard let recording else { return }
      status.recordedBytes = recording.byteCount
      status.recordingPath = recording.path ?? status.recordingPath
      status.recording = recording.isRecording ? .recording : .failing
    }
  }

  /// Sees once a second what room is left.
  private mutating func lookAtDisk() {
    let now = ContinuousClock.now
    guard now >= nextLookAtDisk else { return }
    nextLookAtDisk = now + .seconds(1)
    guard let place = recording?.path ?? surroundings.board.status.resultsPath else { return }
    let free = DiskSpace.freeBytes(at: place)
    surroundings.board.update { $0.diskFree = free }
  }

  /// Messages whose bytes are held for the processing; raw frames have 2.4 MB each.
  private static let heldLimit = 64
}

/// Sees when the queue before the recorder stays more than half full.
struct QueueFill {
  private var fullSince: Int64?
  private var lastTold = Int64.min

  /// Takes a look.
  ///
  /// - Parameters:
  ///   - depth: Messages in the queue.
  ///   - limit: Messages that it holds.
  ///   - beyond: Messages that ZeroMQ holds beside it.
  ///   - isAwaited: Whether the source waits for us by choice, or all wait for the processing.
  ///   - now: The time, nanoseconds since 1970.
  /// - Returns: What is to be told, at most once a minute.
  mutating func look(
    depth: Int,
    limit: Int,
    beyond: Int,
    isAwaited: Bool,
    at now: Int64
  ) -> RunEvent? {
    // A source that is told to wait is no fault.
    guard 2 * depth > limit, !isAwaited else {
      fullSince = nil
      return nil
    }
    let since = fullSince ?? now
    fullSince = since
    guard now - since >= Self.patience, lastTold == .min || now - lastTold > Self.pause else {
      return nil
    }
    lastTold = now
    return RunEvent(
      .warning,
      "THE DISK IS SLOWER THAN THE STREAM: \(depth) of \(limit) messages wait to be recorded. Nothing "
        + "is lost yet; ZeroMQ holds \(beyond) more (source.high_water_mark), then the source has to "
        + "wait or drops. Record to a faster disk, or slow the source down"
    )
  }

  private static let patience: Int64 = 1_000_000_000
  private static let pause: Int64 = 60_000_000_000
}
