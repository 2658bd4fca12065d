// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing
import WireFormat

/// Pickles that mean harm, or are damaged: refused in words, never run, never the end of the process.
@Suite struct HostilePickleTests {
  private func error(_ bytes: [UInt8]) -> WireError? {
    var reader = PystxmcontrolDialect()
    do throws(WireError) {
      _ = try reader.events(in: [SharedBytes(bytes)])
      return nil
    } catch {
      return error
    }
  }

  private func text(_ text: String) -> [UInt8] {
    [0x8c, UInt8(text.utf8.count)] + Array(text.utf8)
  }

  @Test(arguments: [
    ("posix", "system"), ("os", "system"), ("builtins", "eval"), ("builtins", "getattr"),
    ("subprocess", "Popen"), ("numpy", "load"), ("numpy.core.multiarray", "fromfile"),
    ("copyreg", "_reconstructor"), ("collections", "defaultdict"), ("numpy.ndarray", "__class__"),
  ])
  func namesThatAreNotNumPysOwnAreRefused(module: String, name: String) {
    let call = text("echo harm") + [0x85, 0x52, 0x2e]
    let byStack = [0x80, 4] + text(module) + text(name) + [0x93] + call
    let byLine = [0x80, 2, 0x63] + Array("\(module)\n\(name)\n".utf8) + call
    for bytes in [byStack, byLine] {
      #expect(error(bytes)?.description.contains("\(module).\(name)") == true)
    }
  }

  @Test(
    arguments: [
      // Operations that make objects, and a call of what is no name.
      [0x81], [0x92], [0x69], [0x6f], [0x50], [0x51], [0x82, 1], [0x97], [0x98], [0x8f],
      [0x4b, 1, 0x29, 0x52], [0x4b, 1, 0x4b, 2, 0x62], [0x62], [0x52], [0x30], [0x31], [0x74],
      [0x75],
      [0x65], [0x93], [0x94], [0x68, 9], [0x4b, 1, 0x61], [0x5d, 0x4b, 1, 0x4b, 2, 0x73],
      [0x28, 0x30], [0x5d, 0x28, 0x4b, 1, 0x61], [0x4b, 1, 0x85, 0x86], [0x85], [0xff], [0x00],
      // No value, two values, something behind the value.
      [], [0x4e, 0x4e], [0x4e, 0x2e, 0x4e], [0x28, 0x4e],
      // Counts that no message holds.
      [0x8e, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
      [0x8e, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      [0x8d, 0, 0, 0, 0, 0, 0, 0, 0x80], [0x96, 1, 0, 0, 0, 0, 0, 0, 1],
      [0x58, 0xff, 0xff, 0xff, 0xff], [0x42, 0xff, 0xff, 0xff, 0x7f],
      [0x8b, 0xff, 0xff, 0xff, 0xff],
      [0x95, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x8a, 200, 1],
    ] as [[UInt8]]
  )
  func operationsThatMakeNoSenseAreRefused(operations: [UInt8]) {
    #expect(error([0x80, 4] + operations + [0x2e]) != nil)
  }

  /// No bytes are right for an extent of 0, and must not let the others be anything.
  @Test(arguments: [[0, 1 << 62, 4], [1 << 62, 4, 0], [1 << 32, 1 << 32, 0], [0, -1]])
  func shapesThatNothingCanHoldAreRefused(shape: [Int]) {
    let message = TestPickle.event(
      "frame",
      [("index", .integer(0)), ("energy", .number(700)), ("ccd_frame", .words(shape, []))]
    )
    #expect(error(message[0].array())?.description.contains("an array has the shape") == true)
  }

  @Test func otherProtocolsAreRefused() {
    #expect(error([0x80, 1, 0x4e, 0x2e])?.description.contains("protocol 1") == true)
    #expect(error([0x80, 6, 0x4e, 0x2e])?.description.contains("protocol 6") == true)
    #expect(error([0x80]) != nil)
  }

  @Test func depthAndNumberAreBounded() {
    // A million marks; a million lists, each in the one before; the same with tuples.
    let marks = [UInt8](repeating: 0x28, count: 1_000_000)
    #expect(error([0x80, 4] + marks + [0x2e])?.description.contains("too deep") == true)
    let lists = [UInt8](repeating: 0x5d, count: 1_000_000)
    let closes = [UInt8](repeating: 0x61, count: 999_999)
    #expect(error([0x80, 4] + lists + closes + [0x2e])?.key == "event")
    let tuples = [UInt8](repeating: 0x85, count: 1_000_000)
    #expect(error([0x80, 4, 0x4e] + tuples + [0x2e])?.key == "event")
    let values = [UInt8](repeating: 0x4e, count: 3_000_000)
    #expect(error([0x80, 4] + values + [0x2e])?.description.contains("too many") == true)
    let recalls = [UInt8](repeating: 0, count: 3_000_000).flatMap { [0x68, $0] as [UInt8] }
    #expect(
      error([0x80, 4, 0x4e, 0x94] + recalls + [0x2e])?.description.contains("too many") == true
    )
  }

  @Test func aFewBytesCannotStandForMany() {
    // 1 MB of text, turned into bytes again and again.
    let large = [0x58, 0, 0, 0x10, 0] + [UInt8](repeating: 0x61, count: 1 << 20)
    var bytes = [0x80, 4] + large + [0x94] + text("latin1") + [0x94]
    bytes += text("_codecs") + text("encode") + [0x93, 0x94]
    for _ in 0..<200 { bytes += [0x68, 2, 0x68, 0, 0x68, 1, 0x86, 0x52, 0x30] }
    #expect(error(bytes + [0x2e])?.description.contains("too many bytes") == true)
  }

  @Test func valuesThatHoldThemselvesDoNoHarm() {
    // d = {}; d["event"] = d; l = []; l.append(l)
    #expect(error([0x80, 4, 0x7d, 0x94] + text("event") + [0x68, 0, 0x73, 0x2e])?.key == "event")
    let list: [UInt8] = [0x5d, 0x94, 0x68, 0, 0x61]
    let start =
      [0x80, 4, 0x7d] + text("event") + text("start") + [0x73] + text("data") + [0x7d]
      + text("translations") + list + [0x73, 0x73, 0x2e]
    #expect(error(start)?.key == "data.translations[0]")
  }

  @Test func arraysMustBeWhatTheySay() {
    func frame(_ shape: [Int], _ count: Int) -> WireError? {
      var reader = PystxmcontrolDialect()
      let words = [UInt16](repeating: 0, count: count)
      let event = TestPickle.event(
        "frame",
        [("index", .integer(0)), ("energy", .integer(700)), ("ccd_frame", .words(shape, words))]
      )
      do throws(WireError) {
        _ = try reader.events(in: event)
        return nil
      } catch {
        return error
      }
    }
    #expect(frame([2, 2], 4) == nil)
    #expect(frame([2, 3], 4)?.description.contains("8 bytes") == true)
    #expect(frame([-2, -2], 4) != nil)
    #expect(frame([1 << 40, 1 << 40], 4) != nil)
    #expect(frame([Int.max, 2], 0) != nil)
    #expect(frame([0, 4], 0)?.key == "data.ccd_frame")
    #expect(frame([4], 4)?.key == "data.ccd_frame")
    #expect(frame([1, 1, 1, 1, 1, 1, 1, 2, 2], 4)?.description.contains("dimensions") == true)
    #expect(frame([2, 2, 2], 8)?.key == "data.ccd_frame")
  }

  @Test(arguments: EventFixtures.names)
  func messagesCutShortAreRefused(name: String) throws {
    for message in try EventFixtures.messages(name) {
      for count in 0..<message.count {
        #expect(error(Array(message[..<count])) != nil, "\(name) cut at \(count)")
      }
    }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func damagedMessagesAreReadOrRefused(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let originals = try EventFixtures.names.flatMap { try EventFixtures.messages($0) }
    var reader = PystxmcontrolDialect(tiltMotor: "SampleR")
    var raw = FastCCDDialect(tiltMotor: "SampleR")
    var refused = 0
    let rounds = 6000
    for _ in 0..<rounds {
      let damaged = mutate(originals.randomElement(using: &generator) ?? [], with: &generator)
      let parts = [SharedBytes(damaged)]
      _ = reader.startsScan(parts)
      _ = try? raw.events(in: parts)
      do {
        for frame in try reader.events(in: parts).frames {
          let header = frame.header
          #expect(header.index >= 0 && header.shape.rows > 0 && header.shape.columns > 0)
          #expect(frame.pixels.count == header.shape.count * header.sampleType.byteCount)
        }
      } catch {
        refused += 1
        #expect(!error.description.isEmpty && error.description.utf8.count < 2000)
      }
      _ = reader.takeNotes()
      _ = raw.takeNotes()
    }
    #expect(refused > rounds / 4 && refused < rounds)
  }

  private func mutate(
    _ message: [UInt8],
    with generator: inout SeededGenerator
  ) -> [UInt8] {
    var message = message
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let count = message.count
      guard count > 3 else { return message }
      let place = Int.random(in: 2..<count, using: &generator)
      let end = min(count, place + Int.random(in: 0...30, using: &generator))
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: message[place] = .random(in: 0...255, using: &generator)
      case 1: message[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: message.removeSubrange(place..<end)
      case 3: message.insert(contentsOf: message[place..<end], at: place)
      case 4:
        let operation = "().}]R0abcehjqrstuNGJKMXCB\u{85}\u{86}\u{87}".unicodeScalars
          .randomElement(using: &generator)
        message.insert(UInt8(operation?.value ?? 0x2e), at: place)
      default: message.insert(.random(in: 0x80...0x98, using: &generator), at: place)
      }
    }
    return message
  }
}
