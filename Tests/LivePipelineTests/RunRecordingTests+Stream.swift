// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import Synchronization
import TestSupport
import Testing

// A recorder between a fast source and a slow disk or a slow processing.
extension RunRecordingTests {
  /// Runs a recorder over a queue that a fast source fills, and returns what came through.
  private func stream(
    _ count: Int,
    delay: Double,
    sourceWaits: Bool,
    compression: FrameCompression = .none,
    submit: @escaping (Int) -> Bool
  ) -> (sink: Sink, handedOn: [UInt8], events: [RunEvent], deepest: Int) {
    let bench = Bench()
    bench.recording.start(at: 0)
    bench.sinks[0].delay = delay
    let queue = BoundedQueue<ReceivedMessage>(limit: 16, overflow: .block)
    let events = Mutex<[RunEvent]>([])
    var handedOn: [UInt8] = []
    var asked = 0
    var recorder = bench.recorder(
      over: queue,
      packer: FramePacker(compression, threads: compression == .none ? 0 : 2),
      sourceWaits: sourceWaits,
      report: { event in events.withLock { $0.append(event) } },
      submit: { message, _ in
        asked += 1
        guard submit(asked) else { return false }
        handedOn.append(message.parts[0].array()[0])
        return true
      }
    )
    Thread.detachNewThread {
      for number in 0..<count {
        let parts = [SharedBytes([UInt8(number % 251)])]
        queue.push(ReceivedMessage(number: -1, parts: parts, arrival: Int64(number)))
      }
      queue.close()
    }
    while !queue.isExhausted || !recorder.isEmpty { recorder.work() }
    let deepest = queue.highWaterMark
    recorder.finish()
    return (bench.sinks[0], handedOn, events.withLock { $0 }, deepest)
  }

  /// Frames that are being packed when the processing falls behind are recorded beyond what may be
  /// held, and have to be read back while the queue is full and may not be emptied.
  @Test(.timeLimit(.minutes(1)))
  func packedFramesComeThroughWhereTheSourceWaits() {
    let count = 400
    // The processing stops taking until everything before it is full.
    let (sink, handedOn, _, _) = stream(
      count,
      delay: 0,
      sourceWaits: true,
      compression: .shuffleFast
    ) { asked in
      asked < 10 || asked > 40
    }
    let expected = (0..<count).map { UInt8($0 % 251) }
    #expect(sink.numbers == expected)
    #expect(handedOn == expected)
  }

  @Test func aSlowDiskDropsNothingAndIsToldEarly() {
    let count = 150
    let (sink, handedOn, events, deepest) = stream(count, delay: 0.01, sourceWaits: false) { _ in
      true
    }
    let expected = (0..<count).map { UInt8($0 % 251) }
    #expect(sink.numbers == expected)
    #expect(handedOn == expected)
    #expect(deepest == 16)
    // Everything is taken at once: nothing is read back.
    #expect(sink.timesKept == 0)
    #expect(events.map(\.severity) == [.warning])
    #expect(events.first?.message.hasPrefix("THE DISK IS SLOWER THAN THE STREAM: ") == true)
    #expect(sink.gaps.isEmpty)
    // A source that waits for the disk by choice loses nothing, and nobody is told.
    let patient = stream(count, delay: 0.01, sourceWaits: true) { _ in true }
    #expect(patient.sink.numbers == expected && patient.events.isEmpty)
  }

  @Test func processingThatIsBehindDoesNotHoldTheRecordingUp() {
    let count = 400
    var recordedWhenBlocked = 0
    let bench = Mutex(0)
    // Nothing is taken until all is recorded; then every message, read back from the recording.
    let (sink, handedOn, events, _) = stream(count, delay: 0, sourceWaits: false) { asked in
      bench.withLock { $0 = asked }
      return asked > 300
    }
    recordedWhenBlocked = bench.withLock { $0 }
    let expected = (0..<count).map { UInt8($0 % 251) }
    #expect(sink.numbers == expected)
    #expect(handedOn == expected)
    #expect(recordedWhenBlocked > 300)
    // What is to be read back is best kept in memory until then, and no longer.
    #expect(sink.timesKept > 0 && !sink.keepsCopies)
    #expect(events.isEmpty)
  }

  /// What a run before has recorded is counted until the processing has it, or cannot have it; what
  /// comes meanwhile is not.
  @Test func whatIsLeftToBeTakenUpIsShown() {
    let bench = Bench()
    bench.recording.start(at: 0)
    bench.sinks[0].numbers = (0..<20).map { UInt8($0) }
    let queue = BoundedQueue<ReceivedMessage>(limit: 16, overflow: .block)
    let board = StatusBoard { _ in }
    let room = Mutex(0)
    var recorder = bench.recorder(
      over: queue,
      board: board,
      countUnread: { board.update { $0.counters.unread += 1 } },
      submit: { _, _ in
        let isTaken = room.withLock { room in
          room -= 1
          return room >= 0
        }
        if isTaken { board.update { $0.counters.messages += 1 } }
        return isTaken
      }
    )
    bench.sinks[0].unreadable = { $0 == 5 ? "it is damaged" : nil }
    recorder.take(
      (0..<20).map { RecordedMessage(number: $0, arrival: 0) },
      numbers: Array(0..<20),
      in: bench.sinks[0]
    )
    queue.push(ReceivedMessage(number: -1, parts: [SharedBytes([20])], arrival: 0))
    var shown: [[Int]] = []
    for places in [0, 6, 13, 1] {
      room.withLock { $0 = places }
      recorder.work()
      shown.append([board.status.messagesToTakeUp, board.status.intakeBehind])
    }
    #expect(shown == [[20, 21], [13, 14], [0, 1], [0, 0]])
    queue.close()
    recorder.finish()
  }
}
