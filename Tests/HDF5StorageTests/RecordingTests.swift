// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import HDF5Storage
import Imaging
import TestSupport
import Testing

@Suite struct RecordingTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  typealias Message = (parts: [[UInt8]], arrival: Int64)

  static func frame(rows: Int, columns: Int, dtype: String, byteCount: Int, seed: Int) -> [[UInt8]]
  {
    let header =
      "{\"index\": \(seed), \"shape_y\": \(rows), \"shape_x\": \(columns), \"dtype\": \"\(dtype)\"}"
    let payload = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ seed) }
    return [Array("frame".utf8), Array(header.utf8), payload]
  }

  /// Messages of every kind that a stream can bring: frames of three kinds mixed, headers that
  /// lie about the payload, parts that are missing, empty, many.
  static let messages: [Message] = {
    var all: [Message] = [([Array("start".utf8), Array("{\"identifier\": \"a\"}".utf8)], 0)]
    for index in 0..<40 {
      let arrival = Int64(index) * 30_000_000
      all.append((frame(rows: 5, columns: 7, dtype: "uint16", byteCount: 70, seed: index), arrival))
      if index % 7 == 3 {
        all.append(
          (frame(rows: 4, columns: 4, dtype: "float32", byteCount: 64, seed: index), arrival + 1)
        )
      }
      if index == 20 {
        all.append(
          (frame(rows: 5, columns: 7, dtype: "float32", byteCount: 140, seed: index), arrival + 2)
        )
      }
    }
    all.append((frame(rows: 9, columns: 9, dtype: "uint16", byteCount: 11, seed: 1), 5))
    all.append((frame(rows: -1, columns: 9, dtype: "uint16", byteCount: 0, seed: 1), 6))
    all.append((frame(rows: 1, columns: 1, dtype: "object", byteCount: 2, seed: 1), 7))
    all.append(([], 8))
    all.append(([[]], 9))
    all.append(([[1, 2, 3]], 10))
    all.append(([[0, 0, 0, 9], [UInt8](repeating: 7, count: 100_000)], 11))
    all.append((Array(repeating: [42], count: 50), 12))
    all.append(([Array("stop".utf8), Array("{}".utf8)], .max))
    return all
  }()

  static let schedule = ["{\"batch\": 1, \"frames\": [0, 1, 2]}", "", "{\"name\": \"µ\"}"]

  func writer(_ name: String) throws -> RecordingWriter {
    try RecordingWriter(creating: scratch.file(name), configuration: "a: 1 # µ\n", version: "0.1")
  }

  func expectAll(in path: String, count: Int = messages.count) throws {
    let reader = try RecordingReader(path: path)
    #expect(reader.configuration == "a: 1 # µ\n")
    #expect(reader.version == "0.1")
    #expect(reader.messageCount == count)
    for index in 0..<min(count, reader.messageCount) {
      let (parts, arrival) = try reader.message(index)
      #expect(parts.map { $0.array() } == Self.messages[index].parts)
      #expect(arrival == Self.messages[index].arrival)
    }
  }

  @Test func everyMessageComesBackExactlyAsReceived() throws {
    var recording = try writer("run.h5")
    for message in Self.messages {
      try recording.append(message.parts.map { SharedBytes($0) }, arrival: message.arrival)
    }
    try recording.appendSchedule(Self.schedule)
    #expect(recording.messageCount == Self.messages.count)
    try recording.finish()
    try expectAll(in: scratch.file("run.h5"))
    let reader = try RecordingReader(path: scratch.file("run.h5"))
    #expect(try reader.schedule() == Self.schedule)
    #expect(reader.isGrowing == false)
    #expect(
      reader.frameLayouts == [
        FrameLayout(shape: Shape2D(rows: 5, columns: 7), type: .uint16),
        FrameLayout(shape: Shape2D(rows: 4, columns: 4), type: .float32),
        FrameLayout(shape: Shape2D(rows: 5, columns: 7), type: .float32),
      ]
    )
  }

  @Test func framesAreImagesInOrder() throws {
    var recording = try writer("run.h5")
    for index in 0..<3 {
      let message = Self.frame(rows: 2, columns: 3, dtype: "uint16", byteCount: 12, seed: index)
      try recording.append(message.map { SharedBytes($0) }, arrival: 0)
    }
    try recording.finish()
    let file = try StorageFile(reading: scratch.file("run.h5"))
    let frames = try file.read(UInt16.self, at: "/entry/frames_0/data")
    #expect(frames.shape == [3, 2, 3])
    // The first word of frame k is k + (k + 31) · 256.
    #expect([frames.values[0], frames.values[6], frames.values[12]] == [7936, 8193, 8450])
    #expect(file.attributeText("signal", of: "/entry/frames_0") == "data")
  }

  @Test func aGivenLayoutMakesAnImageOfTheLastPart() throws {
    var recording = try writer("run.h5")
    let layout = FrameLayout(shape: Shape2D(rows: 2, columns: 2), type: .uint16)
    let parts = [[0, 0, 0, 1], [UInt8](0..<8)].map { SharedBytes($0) }
    try recording.append(parts, arrival: 3, frame: layout)
    try recording.finish()
    let reader = try RecordingReader(path: scratch.file("run.h5"))
    #expect(reader.frameLayouts == [layout])
    #expect(try reader.message(0).parts.map { $0.array() } == [[0, 0, 0, 1], [UInt8](0..<8)])
  }

  @Test func aCopyTakenWhileTheWriterIsOpenHoldsWhatWasFlushed() throws {
    var recording = try writer("run.h5")
    for message in Self.messages.prefix(30) {
      try recording.append(message.parts.map { SharedBytes($0) }, arrival: message.arrival)
    }
    try recording.appendSchedule(Self.schedule)
    try recording.flush()
    for message in Self.messages[30..<33] {
      try recording.append(message.parts.map { SharedBytes($0) }, arrival: 0)
    }
    // What a killed process leaves behind: the file as it stands, the in-use flag set.
    let copy = scratch.file("killed.h5")
    try FileManager.default.copyItem(atPath: scratch.file("run.h5"), toPath: copy)
    #expect(throws: StorageError.self) { _ = try StorageFile(reading: copy) }
    try expectAll(in: copy, count: 30)
    // From now on every program opens it.
    let file = try StorageFile(reading: copy)
    #expect(try file.summary(of: "/entry/frames_0/data").type == .uint16)
    try file.close()
    let reader = try RecordingReader(path: copy)
    #expect(try reader.schedule() == Self.schedule)
    try recording.finish()
  }

  @Test func aKilledFileThatCannotBeWrittenIsReadAllTheSame() throws {
    var recording = try writer("run.h5")
    for message in Self.messages.prefix(10) {
      try recording.append(message.parts.map { SharedBytes($0) }, arrival: message.arrival)
    }
    try recording.flush()
    let copy = scratch.file("killed.h5")
    try FileManager.default.copyItem(atPath: scratch.file("run.h5"), toPath: copy)
    try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: copy)
    try expectAll(in: copy, count: 10)
    try recording.finish()
  }

  @Test func messagesOlderThanTheIntervalAreFlushed() throws {
    var recording = try writer("run.h5")
    let parts = [SharedBytes([1]), SharedBytes([2])]
    for arrival in [0, 50, 150, 199] as [Int64] {
      try recording.append(parts, arrival: arrival * 1_000_000)
    }
    func readable(_ name: String) throws -> Int {
      let copy = scratch.file(name)
      try FileManager.default.copyItem(atPath: scratch.file("run.h5"), toPath: copy)
      let reader = try RecordingReader(path: copy)
      return reader.messageCount
    }
    #expect(try readable("a.h5") == 0)
    try recording.append(parts, arrival: 200_000_000)
    #expect(try readable("b.h5") == 4)
    try recording.flushIfDue(at: 300_000_000)
    #expect(try readable("c.h5") == 4)
    try recording.flushIfDue(at: 400_000_000)
    #expect(try readable("d.h5") == 5)
    try recording.finish()
  }

  @Test func aFullDiskIsSaidSoAndTheRecordingStaysWhole() throws {
    var recording = try writer("run.h5")
    // A reserve that no disk has room for is a full disk to the writer.
    recording.reservedBytes = 1 << 60
    #expect {
      try recording.append([SharedBytes([1])], arrival: 3)
    } throws: { error in
      "\(error)".contains("run.h5: the disk is full, ")
    }
    let isBroken = recording.isBroken
    #expect(!isBroken)
    recording.reservedBytes = 0
    recording.append(RecordingGap(place: 0, messages: 1, bytes: 1, start: 3, end: 3))
    try recording.append([SharedBytes([2])], arrival: 4)
    try recording.finish()
    let reader = try RecordingReader(path: scratch.file("run.h5"))
    #expect(reader.messageCount == 1)
    #expect(try reader.message(0).parts.map { $0.array() } == [[2]])
    #expect(reader.gaps == [RecordingGap(place: 0, messages: 1, bytes: 1, start: 3, end: 3)])
    // Room that was taken ahead is given back.
    var status = stat()
    #expect(unsafe fstatat(AT_FDCWD, scratch.file("run.h5"), &status, 0) == 0)
    #expect(512 * status.st_blocks < 8 << 20)
  }

  @Test func aRecordingIsNeverOverwritten() throws {
    try writer("run.h5").finish()
    #expect {
      _ = try writer("run.h5")
    } throws: { error in
      "\(error)".contains("recordings replace nothing")
    }
  }

  @Test func aFolderThatIsNotThereIsNamed() throws {
    #expect {
      _ = try writer("no/such/run.h5")
    } throws: { error in
      "\(error)".contains("no/such/run.h5: cannot create the file (")
    }
  }

  @Test func otherFilesAreNoRecordings() throws {
    let file = try StorageFile(creating: scratch.file("other.h5"))
    try file.close()
    #expect {
      _ = try RecordingReader(path: scratch.file("other.h5"))
    } throws: { error in
      "\(error)".contains("this is no recording")
    }
  }

  @Test(.enabled(if: PythonInterpreter.hasH5py, "python3 with h5py is not installed"))
  func h5pyFollowsAGrowingRecordingAndShowsImages() throws {
    var recording = try writer("run.h5")
    for index in 0..<3 {
      let message = Self.frame(rows: 2, columns: 3, dtype: "uint16", byteCount: 12, seed: index)
      try recording.append(message.map { SharedBytes($0) }, arrival: 7)
    }
    try recording.flush()
    let script = """
      import h5py, sys
      f = h5py.File(sys.argv[1], **({'libver': 'latest', 'swmr': True} if sys.argv[2] == 'swmr' else {}))
      d = f[f.attrs['default']]; d = d[d.attrs['default']]; d = d[d.attrs['signal']]
      print(d.shape, d.dtype, d[:, 0, 0].tolist(), f['entry/messages/arrival'][:].tolist())
      """
    let expected = "(3, 2, 3) uint16 [7936, 8193, 8450] [7, 7, 7]\n"
    #expect(try PythonInterpreter.run(script, scratch.file("run.h5"), "swmr") == expected)
    try recording.finish()
    #expect(try PythonInterpreter.run(script, scratch.file("run.h5"), "plain") == expected)
  }
}
