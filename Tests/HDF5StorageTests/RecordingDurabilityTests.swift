// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import HDF5Storage
import Imaging
import Synchronization
import TestSupport
import Testing

/// A recording while others read it, when its disk fails, and when it is taken up again.
@Suite struct RecordingDurabilityTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  private var path: String { scratch.file("run.h5") }

  private func writer(
    _ compression: FrameCompression = .none
  ) throws -> RecordingWriter {
    try RecordingWriter(
      creating: path,
      configuration: "a: 1\n",
      version: "0.1",
      compression: compression
    )
  }

  /// A frame whose words are all `number`, so that a torn one shows.
  private static func evenFrame(_ number: Int, side: Int) -> [SharedBytes] {
    let header = "{\"shape_y\": \(side), \"shape_x\": \(side), \"dtype\": \"uint16\"}"
    let words = [UInt16](repeating: UInt16(number), count: side * side)
    return [SharedBytes("frame"), SharedBytes(header), SharedBytes(copying: words)]
  }

  /// A growing file is read between two of its tables' growing.
  @Test(
    .enabled(if: PythonInterpreter.hasH5py, "python3 with h5py is not installed"),
    arguments: ["store", "offset", "length"]
  )
  func aTableThatIsLongerThanTheOthersIsReadNoFurther(table: String) throws {
    var recording = try writer()
    for number in 0..<3 {
      try recording.append(Self.evenFrame(number, side: 4), arrival: Int64(number))
    }
    try recording.finish()
    _ = try PythonInterpreter.run(
      """
      import h5py, sys
      with h5py.File(sys.argv[1], 'r+') as f:
          t = f['entry/parts/' + sys.argv[2]]
          t.resize(t.shape[0] + 2, axis=0)
      """,
      path,
      table
    )
    let reader = try RecordingReader(path: path)
    #expect(reader.messageCount == 3)
    let last = try reader.message(2).parts
    #expect(last.count == 3)
    #expect(last.last?.elements(as: UInt16.self) == [UInt16](repeating: 2, count: 16))
  }

  @Test(.enabled(if: PythonInterpreter.hasH5py, "python3 with h5py is not installed"))
  func h5pyReadsAtAnyMomentWhatIsWhole() throws {
    // Opens the file over and over from before it exists until it is finished; the writer begins when
    // the reader looks, and goes on until that has seen enough.
    let script = """
      import h5py, os, sys, time
      path, done, ready, enough = sys.argv[1:]
      opened = grew = last = 0
      finished = False
      end = time.time() + 240
      open(ready, 'w').close()
      while not finished and time.time() < end:
          finished = os.path.exists(done)
          if not os.path.exists(path): time.sleep(0.0005); continue
          with h5py.File(path, 'r', libver='latest', swmr=True) as f:
              n = f['entry/messages/arrival'].shape[0]
              first = f['entry/messages/first_part'][:n]
              opened += 1
              assert n >= last, (n, last)
              grew += n > last
              last = n
              if n > 1:
                  a = f['entry/messages/arrival'][:n]
                  assert (a == range(n)).all() if n < 3 else (a[1:] - a[:-1] == 1).all()
                  d = f['entry/frames_0/data']
                  assert d.shape[0] >= n - 1, (d.shape, n)
                  for k in {0, (n - 1) // 2, n - 2}:
                      frame = d[k]
                      assert frame.min() == frame.max() == k % 65536, (k, frame.min(), frame.max())
          if opened > 20 and grew > 5: open(enough, 'w').close()
      print(opened, grew, last)
      """
    let (done, ready, enough) = (
      scratch.file("done"), scratch.file("ready"), scratch.file("enough")
    )
    let path = path
    let finished = DispatchSemaphore(value: 0)
    let written = Mutex(0)
    let isRead = Atomic(false)
    Thread.detachNewThread {
      defer { finished.signal() }
      func isThere(_ name: String) -> Bool { FileManager.default.fileExists(atPath: name) }
      while !isThere(ready), !isRead.load(ordering: .relaxed) { usleep(5000) }
      guard
        var recording = try? RecordingWriter(creating: path, configuration: "", version: "1")
      else { return }
      _ = try? recording.append([SharedBytes("start"), SharedBytes("{}")], arrival: 0)
      var number = 0
      while number < 1500 || !(isThere(enough) || isRead.load(ordering: .relaxed)) {
        _ = try? recording.append(Self.evenFrame(number, side: 128), arrival: Int64(number + 1))
        if number % 5 == 0 { try? recording.flush() }
        if number % 10 == 0 { usleep(5000) }
        // More only for a reader that is slow.
        if number >= 1500 { usleep(20_000) }
        number += 1
      }
      try? recording.finish()
      let count = number + 1
      written.withLock { $0 = count }
      _ = FileManager.default.createFile(atPath: done, contents: nil)
    }
    let reading = Result { try PythonInterpreter.run(script, path, done, ready, enough) }
    isRead.store(true, ordering: .relaxed)
    finished.wait()
    let printed = try reading.get()
    let count = written.withLock { $0 }
    let counts = printed.split(separator: " ").compactMap {
      Int($0.trimmingCharacters(in: .newlines))
    }
    #expect(count >= 1501)
    #expect(
      counts.count == 3 && counts[0] > 20 && counts[1] > 5 && counts[2] == count,
      "\(printed)"
    )
  }

  @Test(arguments: [FrameCompression.shuffleFast, .shuffleGzip1])
  func packedFramesComeBackToTheByte(compression: FrameCompression) throws {
    var recording = try writer(compression)
    var generator = SeededGenerator(seed: 3)
    var expected: [UInt8] = []
    let header = "{\"shape_y\": 40, \"shape_x\": 50, \"dtype\": \"uint16\"}"
    let layout = FrameLayout(shape: Shape2D(rows: 40, columns: 50), type: .uint16)
    var messages: [[SharedBytes]] = []
    var packedBytes = 0
    for number in 0..<4 {
      // Words of little noise, then words that cannot be packed.
      let words = (0..<2000).map { _ in
        number < 3
          ? 0xC000 | UInt16(500 + 8 * generator.uniform())
          : UInt16(truncatingIfNeeded: generator.next())
      }
      let payload = SharedBytes(copying: words)
      expected += payload.array()
      let packed = compression.pack(payload, layout: layout)
      #expect(packed.isPacked && (packed.bytes.count < 2500) == (number < 3))
      packedBytes += packed.bytes.count
      messages.append([SharedBytes("frame"), SharedBytes(header), payload])
      // The last but one was packed by nobody.
      try recording.append(
        messages[number],
        arrival: 0,
        packed: number == 2 ? nil : packed
      )
    }
    #expect(packedBytes < 3 * 2500 + 4300)
    try recording.finish()
    let reader = try RecordingReader(path: path)
    for (number, message) in messages.enumerated() {
      #expect(try reader.message(number).parts.map { $0.array() } == message.map { $0.array() })
    }
    guard PythonInterpreter.hasH5py else { return }
    let raw = scratch.file("raw.bin")
    try Data(expected).write(to: URL(filePath: raw))
    let script = """
      import h5py, sys
      d = h5py.File(sys.argv[1])['entry/frames_0/data']
      print(d.shape, d.compression, d.shuffle, d[:].tobytes() == open(sys.argv[2], 'rb').read())
      """
    #expect(try PythonInterpreter.run(script, path, raw) == "(4, 40, 50) gzip True True\n")
  }

  @Test func othersPackedBytesAreReadBackWhileTheFileGrows() throws {
    for compression in FrameCompression.allCases {
      try? FileManager.default.removeItem(atPath: path)
      var recording = try writer(compression)
      var places: [RecordedMessage] = []
      for (parts, arrival) in RecordingTests.messages {
        let parts = parts.map { SharedBytes($0) }
        let packed = RecordingWriter.frameLayout(of: parts).flatMap { layout in
          parts.last.map { compression.pack($0, layout: layout) }
        }
        places.append(try recording.append(parts, arrival: arrival, packed: packed))
      }
      for (place, message) in zip(places, RecordingTests.messages) {
        #expect(try recording.parts(of: place).map { $0.array() } == message.parts)
      }
      try recording.finish()
    }
  }

  @Test func aRecordingIsTakenUpBehindItsLastWholeMessage() throws {
    var first = try writer()
    for message in RecordingTests.messages.prefix(30) {
      try first.append(message.parts.map { SharedBytes($0) }, arrival: message.arrival)
    }
    try first.appendSchedule(["{\"step\":\"begin\"}"])
    try first.flush()
    for message in RecordingTests.messages[30..<33] {
      try first.append(message.parts.map { SharedBytes($0) }, arrival: message.arrival)
    }
    #expect {
      _ = try RecordingWriter.resuming(path)
    } throws: { error in
      "\(error)".contains("another program is writing it")
    }
    // What a killed process leaves.
    let killed = scratch.file("killed.h5")
    try FileManager.default.copyItem(atPath: path, toPath: killed)
    try first.finish()

    let resumed = try RecordingWriter.resuming(killed)
    let earlier = resumed.messages
    #expect(earlier.count == 30)
    var recording = resumed.take()
    #expect(recording.messageCount == 30)
    #expect(
      try recording.parts(of: earlier[7]).map { $0.array() } == RecordingTests.messages[7].parts
    )
    for message in RecordingTests.messages[30...] {
      try recording.append(message.parts.map { SharedBytes($0) }, arrival: message.arrival)
    }
    try recording.appendSchedule(["{\"step\":\"finish\"}"])
    try recording.finish()
    let reader = try RecordingReader(path: killed)
    #expect(reader.messageCount == RecordingTests.messages.count)
    for (number, message) in RecordingTests.messages.enumerated() {
      #expect(try reader.message(number).parts.map { $0.array() } == message.parts)
      #expect(try reader.message(number).arrival == message.arrival)
    }
    #expect(try reader.schedule() == ["{\"step\":\"begin\"}", "{\"step\":\"finish\"}"])
  }

  @Test func aDiskThatFailsBreaksTheWriterAndNotTheFile() throws {
    var recording = try writer()
    for number in 0..<5 { try recording.append(Self.evenFrame(number, side: 64), arrival: 0) }
    try recording.flush()
    // Every descriptor of the file but that of the lock now leads to a device that is full.
    let full = unsafe open("/dev/full", O_RDWR)
    defer { close(full) }
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
      guard let number = Int32(name), let flags = try? openFlags(number),
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)"))
          == path,
        !flags
      else { continue }
      dup2(full, number)
    }
    #expect(throws: StorageError.self) {
      for number in 5..<50 {
        try recording.append(Self.evenFrame(number, side: 64), arrival: 0)
        try recording.flush()
      }
    }
    let isBroken = recording.isBroken
    #expect(isBroken)
    #expect(throws: StorageError.self) { try recording.append([SharedBytes([1])], arrival: 0) }
    var hasSaidSo = false
    do { try recording.finish() } catch { hasSaidSo = true }
    #expect(hasSaidSo)

    var again = try RecordingWriter.resuming(path).take()
    #expect(again.messageCount == 5)
    try again.append(Self.evenFrame(5, side: 64), arrival: 0)
    try again.finish()
    let reader = try RecordingReader(path: path)
    #expect(reader.messageCount == 6)
    for number in 0..<6 {
      #expect(
        try reader.message(number).parts.map { $0.array() }
          == Self.evenFrame(number, side: 64).map { $0.array() }
      )
    }
  }

  /// Whether a descriptor is closed when another program is started, as the lock's is.
  private func openFlags(_ descriptor: Int32) throws -> Bool {
    fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0
  }

  @Test func whatBecomesOfTheNameIsSeen() throws {
    var recording = try writer()
    try recording.append(Self.evenFrame(0, side: 8), arrival: 0)
    #expect(recording.presence == .present)
    let other = scratch.file("other.h5")
    try FileManager.default.moveItem(atPath: path, toPath: other)
    #expect(recording.presence == .renamed)
    try FileManager.default.removeItem(atPath: other)
    #expect(recording.presence == .removed)
    try recording.finish()
  }

  @Test func rawFramesOfTheFrameServerAreImages() throws {
    var recording = try writer()
    let payload = [UInt8](repeating: 7, count: 2 * 1152 * 960)
    try recording.append([SharedBytes("123"), SharedBytes(payload)], arrival: 0)
    try recording.append([SharedBytes("12a"), SharedBytes(payload)], arrival: 0)
    try recording.finish()
    let reader = try RecordingReader(path: path)
    #expect(
      reader.frameLayouts == [FrameLayout(shape: Shape2D(rows: 960, columns: 1152), type: .uint16)]
    )
    #expect(reader.frameCounts == [1])
    #expect(try reader.message(1).parts[1].count == payload.count)
  }
}
