// SPDX-License-Identifier: BSD-3-Clause

import HDF5Storage
import Imaging

/// The thread that owns the recording: every message is recorded before it is processed.
///
/// A disk that fails does not stop the run: the messages go on to be processed, and what could
/// not be recorded is counted.
struct StreamRecorder: ~Copyable {
  private var writer: RecordingWriter?
  private let queue: BoundedQueue<ReceivedMessage>
  private let schedule: ScheduleLog
  private let conductor: Conductor
  private let engine: ReconstructionEngine
  private var hasFailed = false
  private var unrecordedNumber = 0

  /// Takes a recording, or none.
  init(
    writer: consuming RecordingWriter?,
    queue: BoundedQueue<ReceivedMessage>,
    schedule: ScheduleLog,
    conductor: Conductor,
    engine: ReconstructionEngine
  ) {
    self.writer = writer
    self.queue = queue
    self.schedule = schedule
    self.conductor = conductor
    self.engine = engine
  }

  /// Records and hands on one message, if one comes in time; keeps the file readable meanwhile.
  mutating func work() {
    let message = queue.pop(timeout: 0.05)
    if var message {
      message.number = record(message)
      // The conductor may have no room for long: the file stays fresh all the same.
      while !conductor.submit(message, timeout: 0.05) { keepFresh() }
      let depth = queue.depth
      let bytes = writer?.byteCount ?? 0
      engine.board.update {
        $0.recorderDepth = depth
        $0.recordedBytes = bytes
      }
    }
    keepFresh()
  }

  /// Records what the pipeline did and closes the file.
  consuming func finish() {
    appendSchedule()
    guard let writer = consume writer else { return }
    do throws(StorageError) {
      try writer.finish()
    } catch {
      engine.report(RunEvent(.error, "the recording cannot be finished: \(error)"))
    }
  }

  /// Records a message; its place in the recording, −1 where that failed.
  private mutating func record(_ message: ReceivedMessage) -> Int {
    guard writer != nil else {
      defer { unrecordedNumber += 1 }
      return unrecordedNumber
    }
    let number = writer?.messageCount ?? -1
    do throws(StorageError) {
      try writer?.append(message.parts, arrival: message.arrival)
      return number
    } catch {
      engine.countUnrecorded()
      tell(error)
      return -1
    }
  }

  private mutating func keepFresh() {
    appendSchedule()
    do throws(StorageError) {
      try writer?.flushIfDue(at: nanosecondsNow())
    } catch {
      tell(error)
    }
  }

  private mutating func appendSchedule() {
    let lines = schedule.take()
    guard !lines.isEmpty else { return }
    do throws(StorageError) {
      try writer?.appendSchedule(lines)
    } catch {
      tell(error)
    }
  }

  private mutating func tell(_ error: StorageError) {
    guard !hasFailed else { return }
    hasFailed = true
    engine.report(
      RunEvent(
        .error,
        "RECORDING FAILS: \(error). The reconstruction goes on; what cannot be recorded is counted. "
          + "Make room on the disk, or start another run with another recording"
      )
    )
  }
}
