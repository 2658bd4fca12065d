// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing

/// Files whose extents, tables or frames are not what a reader may count on.
@Suite struct HostileFileTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  /// A dataset of h5py's that states these extents and has no elements.
  private func dataset(_ shape: String) throws -> String {
    let path = scratch.file("large.h5")
    _ = try PythonInterpreter.run(
      """
      import h5py, sys
      shape = eval(sys.argv[2])
      with h5py.File(sys.argv[1], 'w') as f:
        f.create_dataset('data', shape, dtype='u2', chunks=(1 << 20,) + (1,) * (len(shape) - 1))
      """,
      path,
      shape
    )
    return path
  }

  @Test(
    .enabled(if: PythonInterpreter.hasH5py, "python3 with h5py is not installed"),
    arguments: [
      // The product is 2^64, which wraps to 0; 2^63 + 2^40; more than any memory.
      ("(1 << 32, 1 << 32)", "[4294967296, 4294967296]"),
      ("((1 << 23) + 1, 1 << 40)", "[8388609, 1099511627776]"),
      ("(1 << 20, 1 << 20, 1 << 10)", "[1048576, 1048576, 1024]"),
    ]
  )
  func extentsThatNoMemoryHoldsAreRefusedInWords(shape: String, words: String) throws {
    let path = try dataset(shape)
    let file = try StorageFile(reading: path)
    #expect {
      _ = try file.read(UInt16.self, at: "/data")
    } throws: { error in
      "\(error)" == "\(path): an array of \(words) is larger than this machine's memory at /data"
    }
    // One row may be small enough, and is read.
    #expect(try file.summary(of: "/data").shape.count >= 2)
  }

  @Test func anExtentBeyondAllNumbersIsRefusedInWords() throws {
    let path = scratch.file("beyond.h5")
    let stated: UInt64 = 0x12_3456
    let file = try StorageFile(creating: path)
    try file.write([UInt8](repeating: 1, count: Int(stated)), shape: [Int(stated)], at: "/data")
    try file.close()
    // No writer makes such a file; the extent stands in it as eight bytes.
    var bytes = try Data(contentsOf: URL(filePath: path))
    func little(_ number: UInt64) -> Data {
      Data((0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
    }
    var start = bytes.startIndex
    while let place = bytes.range(of: little(stated), in: start..<bytes.endIndex) {
      bytes.replaceSubrange(place, with: little((1 << 63) + 5))
      start = place.upperBound
    }
    try bytes.write(to: URL(filePath: path))
    let changed = try StorageFile(reading: path)
    #expect {
      _ = try changed.read(UInt8.self, at: "/data")
    } throws: { error in
      "\(error)".contains(path) && "\(error)".contains("/data")
    }
  }

  /// A recording of three frames of 2 x 3 words, with one of its tables replaced by h5py.
  private func recording(_ change: String) throws -> String {
    let path = scratch.file("run-\(scratch.names.count).h5")
    var writer = try RecordingWriter(creating: path, configuration: "", version: "1")
    for number in 0..<3 {
      let header =
        "{\"index\": \(number), \"shape_y\": 2, \"shape_x\": 3, \"dtype\": \"uint16\"}"
      let payload = [UInt8](repeating: UInt8(number), count: 12)
      try writer.append(
        [SharedBytes("frame"), SharedBytes(header), SharedBytes(payload)],
        arrival: Int64(number)
      )
    }
    try writer.finish()
    _ = try PythonInterpreter.run(
      """
      import h5py, sys
      with h5py.File(sys.argv[1], 'r+', libver='v110') as f:
        e = f['entry']
        def put(path, values, **more):
          del e[path]
          e.create_dataset(path, data=values, **more)
        exec(sys.argv[2])
      """,
      path,
      change
    )
    return path
  }

  @Test(
    .enabled(if: PythonInterpreter.hasH5py, "python3 with h5py is not installed"),
    arguments: [
      // Messages that begin before the one ahead of them, before the table, or beyond all numbers.
      "put('messages/first_part', [0, 7, 3])",
      "put('messages/first_part', [-4, 3, 6])",
      "put('messages/first_part', [0, 3, 2**62])",
      // Parts that are shorter or longer than the frame they name, or that no table has.
      "put('parts/length', [5, 52, 4, 5, 52, 12, 5, 52, 12])",
      "put('parts/length', [5, 52, 2**40, 5, 52, 12, 5, 52, 12])",
      "put('parts/store', [-1, -1, 2**40, -1, -1, 0, -1, -1, 0])",
      // Tables that are single values.
      "put('schedule/bytes', 3)",
      "put('log/bytes', 3)",
      // Gaps of more messages than can be counted.
      "put('gaps/place', [0, 1]); put('gaps/messages', [2**62, 2**62]); "
        + "put('gaps/bytes', [1, 1]); put('gaps/start', [1, 1]); put('gaps/end', [1, 1])",
      "f.attrs['first_message'] = 2**62",
    ]
  )
  func tablesThatContradictOneAnotherEndNoProgram(change: String) throws {
    let path = try recording(change)
    // What is whole is read; the rest is left out or refused.
    do {
      let reader = try RecordingReader(path: path)
      for message in 0..<reader.messageCount {
        _ = reader.number(of: message)
        _ = try? reader.message(message)
        _ = try? reader.text(of: message)
      }
    } catch {
      #expect(error.description.contains(path))
    }
  }

  @Test(.enabled(if: PythonInterpreter.hasH5py, "python3 with h5py is not installed"))
  func aFrameOfAnotherSizeThanItsTableSaysIsRefused() throws {
    // Chunks of two frames: what HDF5 would write is twice what a frame has.
    let path = try recording(
      "put('frames_0/data', [[[7] * 3] * 2] * 3, dtype='u2', chunks=(2, 2, 3))"
    )
    let reader = try RecordingReader(path: path)
    #expect(reader.messageCount == 3)
    #expect {
      _ = try reader.message(0)
    } throws: { error in
      let text = "\(error)"
      return text.contains(path) && text.contains("frame 0 of [3, 2, 3] has 24 bytes, not 12")
        && text.contains("/entry/frames_0/data")
    }
    // Sides that no frame has.
    let wide = try recording(
      "del e['frames_0/data']; e.create_dataset('frames_0/data', (3, 1 << 40, 1 << 40), 'u2', "
        + "chunks=(1, 1, 1))"
    )
    #expect {
      _ = try RecordingReader(path: wide)
    } throws: { error in
      "\(error)".contains("frames of numbers were expected, there is [3, 1099511627776, ")
    }
  }
}
