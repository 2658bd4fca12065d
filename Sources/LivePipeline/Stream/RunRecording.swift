// SPDX-License-Identifier: BSD-3-Clause

package import HDF5Storage
import Imaging

/// The recording of a run, whatever happens to its disk.
///
/// Beam time cannot be repeated: nothing that goes wrong here stops the run. What cannot be
/// written is counted and told at once, and again every minute; every few seconds it is tried
/// again, and the recording then says where messages are missing. A file that HDF5 could not write
/// is taken up again by its name, one that somebody removed is made anew, and where the folder
/// cannot be written another one is tried. One thread owns it.
package final class RunRecording {
  /// How a recording is made: anew, or taken up from its name.
  package struct Opening {
    /// Makes a file of this name whose first message would have had this number in the run.
    var create: (String, _ firstMessage: Int) throws(StorageError) -> any RecordingSink
    var resume: (String) throws(StorageError) -> any RecordingSink

    /// Takes the two ways.
    package init(
      create: @escaping (String, _ firstMessage: Int) throws(StorageError) -> any RecordingSink,
      resume: @escaping (String) throws(StorageError) -> any RecordingSink
    ) {
      self.create = create
      self.resume = resume
    }
  }

  /// A message that is in the recording, and the file that it is in.
  package struct Place {
    let sink: any RecordingSink
    let message: RecordedMessage
  }

  let candidates: [String]
  let opening: Opening
  let report: (RunEvent) -> Void
  /// Told of every message that could not be written, with its bytes.
  private let count: (_ messages: Int, _ bytes: Int) -> Void

  var sink: (any RecordingSink)?
  /// Files whose names are gone; they stay open, so that they can be rescued while the run lasts.
  private var removed: [any RecordingSink] = []
  /// The file that broke, to be taken up again.
  var broken: (path: String, messages: Int, bytes: Int)?
  var gap: RecordingGap?
  private var nextAttempt = Int64.min
  private var nextReminder = Int64.min
  /// Steps of the schedule that wait to be recorded.
  private var unrecordedLines: [String] = []
  private var nextLook = Int64.min
  private var hasToldOfRenaming = false
  /// The number in the run of the message that comes next; what cannot be recorded counts too.
  package private(set) var nextNumber = 0

  /// Prepares; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - candidates: Where the recording may be, the place that was asked for first.
  ///   - opening: How a recording is made.
  ///   - report: Told what a person should know.
  ///   - count: Told of every message that could not be written.
  package init(
    candidates: [String],
    opening: Opening,
    report: @escaping (RunEvent) -> Void,
    count: @escaping (_ messages: Int, _ bytes: Int) -> Void
  ) {
    self.candidates = candidates
    self.opening = opening
    self.report = report
    self.count = count
  }

  /// The file that is written now; nil where none is.
  package var path: String? { sink?.path }
  /// The bytes in it.
  package var byteCount: Int { sink?.byteCount ?? 0 }
  /// Says whether much of it will be read back soon.
  package func keepCopies(_ isReadBack: Bool) {
    guard let sink, sink.keepsCopies != isReadBack else { return }
    sink.keepsCopies = isReadBack
  }
  /// Whether what comes is being recorded.
  package var isRecording: Bool { sink != nil && gap == nil }

  /// Opens the recording; where that is nowhere possible, the run starts all the same.
  ///
  /// - Parameter now: The time, nanoseconds since 1970.
  package func start(at now: Int64) {
    guard !open() else { return }
    nextAttempt = now + Self.retryInterval
    nextReminder = now + Self.reminderInterval
    gap = RecordingGap(place: 0, messages: 0, bytes: 0, start: now, end: now)
  }

  /// Goes on with a recording that is open already.
  ///
  /// - Parameters:
  ///   - sink: The recording.
  ///   - nextNumber: The number in the run of the message that comes next.
  package func start(with sink: any RecordingSink, nextNumber: Int) {
    self.sink = sink
    self.nextNumber = nextNumber
  }

  /// Records a message.
  ///
  /// - Parameters:
  ///   - message: The message.
  ///   - packed: Its frame packed, where it was.
  ///   - now: The time, nanoseconds since 1970.
  /// - Returns: Where it stands; nil where it could not be written and was counted.
  package func record(
    _ message: ReceivedMessage,
    packed: PackedFrame?,
    at now: Int64
  ) -> Place? {
    defer { nextNumber += 1 }
    if gap != nil, now < nextAttempt { return miss(message, at: now) }
    guard sink != nil || open(), let sink else {
      nextAttempt = now + Self.retryInterval
      return miss(message, at: now)
    }
    do throws(StorageError) {
      let recorded = try sink.append(message.parts, arrival: message.arrival, packed: packed)
      if let gap { close(gap, in: sink, at: recorded.number) }
      return Place(sink: sink, message: recorded)
    } catch {
      fail(error, at: now)
      return miss(message, at: now)
    }
  }

  /// Records steps of the schedule.
  package func append(_ lines: [String], at now: Int64) {
    // What cannot be recorded now is recorded when the disk is tried again: a line has some tens of
    // bytes.
    unrecordedLines += lines
    guard !unrecordedLines.isEmpty, gap == nil || now >= nextAttempt else { return }
    guard sink != nil || open(), let sink else {
      nextAttempt = now + Self.retryInterval
      return
    }
    do throws(StorageError) {
      try sink.appendSchedule(unrecordedLines)
      unrecordedLines = []
    } catch {
      fail(error, at: now)
    }
  }

  /// Makes what is due readable, and looks once a second whether the file is still there.
  package func keepFresh(at now: Int64) {
    if let sink {
      do throws(StorageError) { try sink.flushIfDue(at: now) } catch { fail(error, at: now) }
    }
    if now >= nextLook || now < nextLook - Self.lookInterval {
      nextLook = now + Self.lookInterval
      look(at: now)
    }
    remind(at: now)
  }

  /// Closes everything; steps that wait to be recorded are tried once more.
  package func finish() {
    if sink == nil, !unrecordedLines.isEmpty { _ = open() }
    if let gap, gap.messages > 0, let sink {
      sink.append(RecordingGap(gap, place: sink.messageCount))
    }
    for file in removed { try? file.finish() }
    if !unrecordedLines.isEmpty {
      do throws(StorageError) {
        try sink?.appendSchedule(unrecordedLines)
        if sink != nil { unrecordedLines = [] }
      } catch {
        report(RunEvent(.error, "the schedule cannot be recorded: \(error)"))
      }
    }
    if !unrecordedLines.isEmpty {
      report(
        RunEvent(
          .error,
          "\(Words.count(unrecordedLines.count, "step")) of the schedule could not be recorded; a "
            + "replay --as-recorded ends without them, and one without that option does everything"
        )
      )
    }
    do throws(StorageError) { try sink?.finish() } catch {
      report(RunEvent(.error, "the recording cannot be finished: \(error)"))
    }
  }

  // MARK: - What goes wrong

  private func miss(_ message: ReceivedMessage, at now: Int64) -> Place? {
    let bytes = message.parts.reduce(0) { $0 + $1.count }
    add(messages: 1, bytes: bytes, from: message.arrival, to: message.arrival)
    remind(at: now)
    return nil
  }

  func add(messages: Int, bytes: Int, from start: Int64, to end: Int64) {
    var gap =
      gap.flatMap { $0.messages > 0 ? $0 : nil }
      ?? RecordingGap(place: 0, messages: 0, bytes: 0, start: start, end: end)
    gap.messages += messages
    gap.bytes += bytes
    gap.end = max(gap.end, end)
    self.gap = gap
    count(messages, bytes)
  }

  private func fail(_ error: StorageError, at now: Int64) {
    nextAttempt = now + Self.retryInterval
    if let sink, sink.isBroken {
      broken = (sink.path, sink.messageCount, sink.byteCount)
      // It has failed already; what closing it says is of no more interest.
      try? sink.finish()
      self.sink = nil
    }
    guard gap == nil else { return }
    gap = RecordingGap(place: 0, messages: 0, bytes: 0, start: now, end: now)
    nextReminder = now + Self.reminderInterval
    report(
      RunEvent(
        .error,
        "RECORDING FAILS: \(error). The reconstruction goes on; what comes now is not recorded and "
          + "is counted. Make room on the disk or mend it: the recording goes on by itself"
      )
    )
  }

  private func remind(at now: Int64) {
    guard let gap, now >= nextReminder else { return }
    nextReminder = now + Self.reminderInterval
    report(RunEvent(.error, "STILL NOT RECORDING: \(Self.words(gap)) not recorded so far"))
  }

  private func close(_ gap: RecordingGap, in sink: any RecordingSink, at place: Int) {
    self.gap = nil
    guard gap.messages > 0 else { return }
    sink.append(RecordingGap(gap, place: place))
    report(
      RunEvent(
        .warning,
        "the recording goes on in \(sink.path); \(Self.words(gap)) before that are not in it"
      )
    )
  }

  private func look(at now: Int64) {
    guard let sink else { return }
    switch sink.presence {
    case .present: break
    case .renamed:
      guard !hasToldOfRenaming else { return }
      hasToldOfRenaming = true
      report(
        RunEvent(
          .warning,
          "somebody gave the recording \(sink.path) another name; it is still being written there"
        )
      )
    case .removed:
      report(
        RunEvent(
          .error,
          "THE RECORDING \(sink.path) WAS REMOVED with \(sink.messageCount) messages in it; a new "
            + "one is made. Until this run ends the old one can be copied from the (deleted) file "
            + "of this name in /proc/\(processNumber())/fd"
        )
      )
      // What is copied should be whole.
      try? sink.flushIfDue(at: .max)
      removed.append(sink)
      add(messages: sink.messageCount, bytes: sink.byteCount, from: now, to: now)
      self.sink = nil
      nextAttempt = now
    }
  }

  private static func words(_ gap: RecordingGap) -> String {
    let size = Double(gap.bytes) * 1e-6
    return "\(gap.messages) message\(gap.messages == 1 ? "" : "s") "
      + "(\(size < 10 ? String(Int(size * 10) / 10) : String(Int(size))) MB)"
  }

  private static let retryInterval: Int64 = 3_000_000_000
  private static let reminderInterval: Int64 = 60_000_000_000
  private static let lookInterval: Int64 = 1_000_000_000
}

extension RecordingGap {
  fileprivate init(_ gap: RecordingGap, place: Int) {
    self = gap
    self.place = place
  }
}
