// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import Synchronization
import TestSupport
import Testing

/// The recording of a run whose disk fails, comes back, vanishes or is slow.
@Suite struct RunRecordingTests {
  /// A recording in memory that fails or is slow as told.
  final class Sink: RecordingSink {
    let path: String
    var numbers: [UInt8] = []
    var gaps: [RecordingGap] = []
    var steps: [String] = []
    var failure: String?
    var isBroken = false
    var presence = RecordingPresence.present
    var keepsCopies = false { didSet { if keepsCopies { timesKept += 1 } } }
    private(set) var timesKept = 0
    var delay = 0.0
    var isFinished = false
    /// Why a message cannot be read back; nil where it can.
    var unreadable: (Int) -> String? = { _ in nil }

    init(_ path: String) { self.path = path }

    var messageCount: Int { numbers.count }
    var byteCount: Int { numbers.count }

    func append(
      _ parts: [SharedBytes],
      arrival: Int64,
      packed: PackedFrame?
    ) throws(StorageError) -> RecordedMessage {
      if let failure { throw StorageError(failure, file: path) }
      if delay > 0 { Thread.sleep(forTimeInterval: delay) }
      numbers.append(parts[0].array()[0])
      return RecordedMessage(number: numbers.count - 1, arrival: arrival)
    }

    func appendSchedule(_ lines: [String]) throws(StorageError) {
      if let failure { throw StorageError(failure, file: path) }
      steps += lines
    }
    func append(_ gap: RecordingGap) { gaps.append(gap) }
    func flushIfDue(at now: Int64) throws(StorageError) {}
    func parts(of message: RecordedMessage) throws(StorageError) -> [SharedBytes] {
      if let problem = unreadable(message.number) { throw StorageError(problem, file: path) }
      return [SharedBytes([numbers[message.number]])]
    }
    func finish() throws(StorageError) { isFinished = true }
  }

  /// A run's recording over such sinks, with what was told and counted.
  final class Bench {
    var sinks: [Sink] = []
    var refused: Set<String> = []
    var firstMessages: [Int] = []
    var resumeFails = false
    var events: [RunEvent] = []
    var missed = (messages: 0, bytes: 0)
    lazy var recording = RunRecording(
      candidates: ["/a/run.h5", "/b/run.h5"],
      opening: RunRecording.Opening { (path, firstMessage) throws(StorageError) in
        guard !self.refused.contains(path) else {
          throw StorageError("cannot create the file", file: path)
        }
        self.sinks.append(Sink(path))
        self.firstMessages.append(firstMessage)
        return self.sinks[self.sinks.count - 1]
      } resume: { (path) throws(StorageError) in
        guard !self.resumeFails else { throw StorageError("cannot open the file", file: path) }
        let again = Sink(path)
        // The last message had not been flushed.
        again.numbers = Array(self.sinks[self.sinks.count - 1].numbers.dropLast())
        self.sinks.append(again)
        return again
      },
      report: { self.events.append($0) },
      count: {
        self.missed.messages += $0
        self.missed.bytes += $1
      }
    )

    /// A recorder over a queue, which hands on by `submit`.
    func recorder(
      over queue: BoundedQueue<ReceivedMessage>,
      packer: FramePacker = FramePacker(.none, threads: 0),
      sourceWaits: Bool = false,
      board: StatusBoard = StatusBoard { _ in },
      report: @escaping (RunEvent) -> Void = { _ in },
      countUnread: @escaping () -> Void = {},
      submit: @escaping (ReceivedMessage, Double) -> Bool
    ) -> StreamRecorder {
      StreamRecorder(
        recording: recording,
        queue: queue,
        packer: packer,
        surroundings: StreamRecorder.Surroundings(
          sourceWaits: sourceWaits,
          highWaterMark: 1000,
          board: board,
          steps: { [] },
          report: report,
          countUnread: countUnread,
          submit: submit
        )
      )
    }

    func record(_ number: UInt8, at seconds: Double) -> RunRecording.Place? {
      let time = Int64(seconds * 1e9)
      let message = ReceivedMessage(number: -1, parts: [SharedBytes([number])], arrival: time)
      return recording.record(message, packed: nil, at: time)
    }
  }

  @Test func aFullDiskIsToldCountedAndTriedAgain() {
    let bench = Bench()
    bench.recording.start(at: 0)
    #expect(bench.record(1, at: 0) != nil)
    bench.sinks[0].failure = "the disk is full"
    for step in 0..<70 { #expect(bench.record(2, at: 1 + Double(step)) == nil) }
    #expect(!bench.recording.isRecording)
    #expect(bench.missed == (70, 70))
    let told = bench.events.map(\.message)
    #expect(told.count == 2)
    #expect(told[0].hasPrefix("RECORDING FAILS: /a/run.h5: the disk is full."))
    #expect(told[1].hasPrefix("STILL NOT RECORDING: 61 messages"))
    #expect(bench.events.allSatisfy { $0.severity == .error })

    bench.sinks[0].failure = nil
    #expect(bench.record(3, at: 71) == nil)
    #expect(bench.record(4, at: 74) != nil)
    #expect(bench.recording.isRecording)
    #expect(bench.sinks.count == 1)
    let missed = bench.missed.messages
    #expect(missed == 71)
    #expect(
      bench.sinks[0].gaps
        == [
          RecordingGap(
            place: 1,
            messages: missed,
            bytes: missed,
            start: 1_000_000_000,
            end: 71_000_000_000
          )
        ]
    )
    #expect(bench.events[2].severity == .warning)
    #expect(bench.events[2].message.contains("the recording goes on in /a/run.h5"))
  }

  @Test func stepsOfTheScheduleWaitForRoom() {
    let bench = Bench()
    bench.recording.start(at: 0)
    bench.recording.append(["a"], at: 0)
    bench.sinks[0].failure = "the disk is full"
    // Steps come all the time, and must not put off the next attempt.
    for second in 1...9 {
      bench.recording.append(["\(second)"], at: Int64(second) * 1_000_000_000)
    }
    #expect(bench.sinks[0].steps == ["a"])
    #expect(bench.events.map(\.severity) == [.error])
    bench.sinks[0].failure = nil
    bench.recording.append([], at: 9_500_000_000)
    #expect(bench.sinks[0].steps == ["a"])
    bench.recording.append(["b"], at: 13_000_000_000)
    #expect(bench.sinks[0].steps == ["a"] + (1...9).map { "\($0)" } + ["b"])
    // Those that wait at the end are tried once more.
    bench.sinks[0].failure = "the disk is full"
    bench.recording.append(["c"], at: 14_000_000_000)
    bench.sinks[0].failure = nil
    bench.recording.finish()
    #expect(bench.sinks[0].steps.last == "c")
  }

  /// The file broke when the last messages had come: nothing but steps opens it again.
  @Test func stepsOpenABrokenFileAgainAndTheirLossIsTold() {
    let bench = Bench()
    bench.recording.start(at: 0)
    _ = bench.record(1, at: 0)
    bench.sinks[0].failure = "cannot write a frame"
    bench.sinks[0].isBroken = true
    bench.recording.append(["a"], at: 1_000_000_000)
    bench.recording.append(["b"], at: 2_000_000_000)
    #expect(bench.sinks.count == 1)
    bench.recording.append([], at: 5_000_000_000)
    #expect(bench.sinks.count == 2 && bench.sinks[1].steps == ["a", "b"])
    #expect(bench.record(2, at: 6) != nil)

    bench.sinks[1].failure = "cannot write a frame"
    bench.sinks[1].isBroken = true
    bench.recording.append(["c", "d"], at: 7_000_000_000)
    bench.resumeFails = true
    bench.refused = ["/a/run.h5", "/b/run.h5"]
    bench.recording.finish()
    #expect(bench.events.last?.message.hasPrefix("2 steps of the schedule could not") == true)
  }

  @Test func whatIsMissingAtTheEndIsStatedToo() {
    let bench = Bench()
    bench.recording.start(at: 0)
    _ = bench.record(1, at: 0)
    bench.sinks[0].failure = "the disk is full"
    _ = bench.record(2, at: 1)
    bench.recording.finish()
    #expect(bench.sinks[0].gaps.map(\.place) == [1])
    #expect(bench.sinks[0].gaps.map(\.messages) == [1])
    #expect(bench.sinks[0].isFinished)
  }

  @Test func aFolderThatCannotBeWrittenLeadsToAnother() {
    let bench = Bench()
    bench.refused = ["/a/run.h5"]
    bench.recording.start(at: 0)
    #expect(bench.recording.path == "/b/run.h5")
    #expect(bench.events.map(\.severity) == [.warning])
    #expect(bench.events[0].message.contains("the recording is /b/run.h5"))
    #expect(bench.record(1, at: 0) != nil)
  }

  @Test func withNoPlaceAtAllTheRunGoesOnAndIsTold() {
    let bench = Bench()
    bench.refused = ["/a/run.h5", "/b/run.h5"]
    bench.recording.start(at: 0)
    #expect(bench.events.map(\.severity) == [.error])
    #expect(bench.events[0].message.hasPrefix("NOTHING IS RECORDED: "))
    #expect(bench.events[0].message.contains("/b/run.h5: cannot create the file"))
    #expect(bench.record(1, at: 1) == nil)
    // Somebody mounts the disk.
    bench.refused = []
    #expect(bench.record(2, at: 2) == nil)
    #expect(bench.record(3, at: 4) != nil)
    #expect(bench.recording.path == "/a/run.h5")
    #expect(bench.sinks[0].gaps.map(\.messages) == [2])
    #expect(bench.missed == (2, 2))
  }

  @Test func aBrokenFileIsTakenUpAndWhatItLostIsCounted() {
    let bench = Bench()
    bench.recording.start(at: 0)
    for number in 0..<5 { _ = bench.record(UInt8(number), at: 0) }
    bench.sinks[0].failure = "cannot write a frame"
    bench.sinks[0].isBroken = true
    #expect(bench.record(5, at: 1) == nil)
    #expect(bench.sinks[0].isFinished)
    let place = bench.record(6, at: 5)
    #expect(place != nil)
    #expect(bench.sinks.count == 2 && bench.sinks[1].path == "/a/run.h5")
    // Message 4 was in the file and not flushed, message 5 came in between.
    #expect(bench.missed == (2, 2))
    #expect(bench.sinks[1].numbers == [0, 1, 2, 3, 6])
    #expect(bench.sinks[1].gaps.map(\.place) == [4])
  }

  @Test func aRemovedFileIsMadeAnewAndARenamedOneGoesOn() {
    let bench = Bench()
    bench.recording.start(at: 0)
    _ = bench.record(1, at: 0)
    bench.sinks[0].presence = .renamed
    bench.recording.keepFresh(at: 2_000_000_000)
    bench.recording.keepFresh(at: 4_000_000_000)
    #expect(bench.events.map(\.severity) == [.warning])
    #expect(bench.record(2, at: 4) != nil && bench.sinks.count == 1)

    bench.sinks[0].presence = .removed
    bench.recording.keepFresh(at: 6_000_000_000)
    #expect(bench.events[1].severity == .error)
    #expect(bench.events[1].message.contains("WAS REMOVED with 2 messages"))
    #expect(!bench.sinks[0].isFinished)
    #expect(bench.record(3, at: 6) != nil)
    #expect(bench.sinks[1].numbers == [3])
    #expect(bench.sinks[1].gaps.map(\.messages) == [2])
    // The new file counts from the run's first message: its own first is the third.
    #expect(bench.firstMessages == [0, 0])
    #expect(bench.missed == (2, 2))
    bench.recording.finish()
    #expect(bench.sinks[0].isFinished && bench.sinks[1].isFinished)
  }

  @Test func aSecondFileKnowsHowManyMessagesCameBefore() {
    let bench = Bench()
    bench.resumeFails = true
    bench.recording.start(at: 0)
    for number in 0..<5 { _ = bench.record(UInt8(number), at: 0) }
    bench.sinks[0].failure = "cannot write a frame"
    bench.sinks[0].isBroken = true
    #expect(bench.record(5, at: 1) == nil)
    #expect(bench.record(6, at: 2) == nil)
    #expect(bench.recording.nextNumber == 7)
    #expect(bench.record(7, at: 5) != nil)
    #expect(bench.sinks.count == 2 && bench.sinks[1].numbers == [7])
    // Messages 5 and 6 are its gap, so that it begins with what would have been message 5.
    #expect(bench.firstMessages == [0, 5])
    #expect(bench.sinks[1].gaps.map(\.messages) == [2])
    #expect(bench.sinks[1].gaps.map(\.place) == [0])
  }

  @Test func whatCannotBeReadBackIsCountedAndToldOnceForEachKind() {
    let bench = Bench()
    bench.recording.start(at: 0)
    let sink = bench.sinks[0]
    for number in 0..<120 { sink.numbers.append(UInt8(number)) }
    sink.unreadable = { number in
      number < 70 ? "cannot read frame \(number)" : number < 75 ? "the recording is closed" : nil
    }
    var events: [RunEvent] = []
    var handedOn: [UInt8] = []
    var unread = 0
    let queue = BoundedQueue<ReceivedMessage>(limit: 16, overflow: .block)
    var recorder = bench.recorder(
      over: queue,
      report: { events.append($0) },
      countUnread: { unread += 1 },
      submit: { message, _ in
        handedOn.append(message.parts[0].array()[0])
        return true
      }
    )
    recorder.take(
      (0..<120).map { RecordedMessage(number: $0, arrival: 0) },
      numbers: Array(0..<120),
      in: sink
    )
    queue.close()
    while !recorder.isEmpty { recorder.work() }
    recorder.finish()
    #expect(unread == 75)
    #expect(handedOn == (75..<120).map { UInt8($0) })
    #expect(events.count == 1 && events.first?.severity == .error)
    let words = events.first?.message ?? ""
    #expect(words.contains("70 recorded messages cannot be read back to be processed: "))
    #expect(words.contains("cannot read frame 0"))
    #expect(words.contains("5 recorded messages cannot be read back to be processed: "))
  }
}
