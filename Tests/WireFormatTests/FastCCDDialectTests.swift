// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing
import WireFormat

/// Raw frames joined with the events of the control system on another socket.
@Suite struct FastCCDDialectTests {
  /// A raw frame of 2 rows whose first word tells it apart.
  static func raw(_ number: Int, word: Int? = nil) -> [SharedBytes] {
    var words = [UInt16](repeating: 0xC100, count: 2 * 1152)
    words[0] = UInt16(truncatingIfNeeded: word ?? number)
    return [SharedBytes("\(number)"), SharedBytes(copying: words)]
  }

  private func event(_ number: Int, index: Int, pixels: Bool = false) -> [SharedBytes] {
    TestPickle.frame(index, more: [("ccd_frame_num", .integer(number))], pixels: pixels)
  }

  private static let start = TestPickle.event(
    "start",
    [("header", .text("a.stxm")), ("energy", .number(700))]
  )
  private static let stop = TestPickle.event("stop", nil)

  /// Start, frames as (index, first word), and marks, in words.
  private func words(_ messages: [[SharedBytes]]) throws -> [String] {
    var reader = FastCCDDialect()
    return try messages.flatMap { try reader.events(in: $0) }.map(Self.word)
  }

  static func word(_ event: AcquisitionEvent) -> String {
    switch event {
    case .start(let scan, _): "start \(scan.identity.scan)"
    case .stop(let scan, _): "stop \(scan ?? "")"
    case .abort(let scan, _): "abort \(scan ?? "")"
    case .frame(let frame):
      "\(frame.header.role) \(frame.header.index) \(frame.pixels.elements(as: UInt16.self)[0])"
    }
  }

  private let a = "a_ccdframes_0_Region1"

  @Test func eitherMayComeFirst() throws {
    let found = try words([
      Self.raw(5), Self.start, event(5, index: 0), event(6, index: 1), Self.raw(6), Self.raw(7),
      event(7, index: 2), Self.stop,
    ])
    #expect(found == ["start \(a)", "exposure 0 5", "exposure 1 6", "exposure 2 7", "stop \(a)"])
  }

  @Test func theRawFrameSaysItsExtentAndOrder() throws {
    var reader = FastCCDDialect()
    let messages = [Self.start, Self.raw(1), event(1, index: 0)]
    let frame = try #require(try messages.flatMap { try reader.events(in: $0) }.frames.first)
    #expect(frame.header.shape == Shape2D(rows: 2, columns: 1152))
    #expect(frame.header.wordOrder == .clocks && frame.header.sampleType == .uint16)
    #expect(frame.header.exposureTime == 0.2)
    #expect(frame.header.position != nil)
  }

  @Test func theOlderFormIsReadToo() throws {
    let old = [SharedBytes("rawframe")] + Self.raw(9)
    #expect(try words([Self.start, old, event(9, index: 3)]) == ["start \(a)", "exposure 3 9"])
  }

  @Test func theCounterWraps() throws {
    let found = try words(
      [Self.start] + [65_534, 65_535, 65_536, 65_537].map { event($0, index: $0 - 65_534) }
        + [65_534, 65_535, 0, 1].map { Self.raw($0) }
    )
    #expect(
      found == [
        "start \(a)", "exposure 0 65534", "exposure 1 65535", "exposure 2 0", "exposure 3 1",
      ]
    )
  }

  @Test func marksWaitForTheFramesBeforeThem() throws {
    let found = try words([
      Self.start, event(1, index: 0), event(2, index: 1), Self.stop,
      TestPickle.event("start", [("header", .text("b")), ("energy", .number(700))]),
      Self.raw(1), Self.raw(2),
    ])
    #expect(
      found == [
        "start \(a)", "exposure 0 1", "exposure 1 2", "stop \(a)", "start b_ccdframes_0_Region1",
      ]
    )
  }

  @Test func aLostRawFrameHoldsNothingUp() throws {
    var reader = FastCCDDialect()
    let messages = [
      Self.start, event(1, index: 0), event(2, index: 1), event(3, index: 2), Self.stop,
      Self.raw(1), Self.raw(3),
    ]
    let found = try messages.flatMap { try reader.events(in: $0) }.map(Self.word)
    #expect(found == ["start \(a)", "exposure 0 1", "exposure 2 3", "stop \(a)"])
    #expect(reader.takeNotes().contains { $0.kind == "pixels" })
  }

  @Test func framesThatNoEventNamesAreCounted() throws {
    var reader = FastCCDDialect()
    // A live view before the scan; the counter is then reset, and a number comes again.
    let live = (1...4).map { Self.raw($0, word: 999) }
    let messages = live + [Self.start, Self.raw(1), Self.raw(2), event(2, index: 1)]
    let found = try messages.flatMap { try reader.events(in: $0) }.map(Self.word)
    #expect(found == ["start \(a)", "exposure 1 2"])
    #expect(reader.takeNotes().map(\.unplacedFrames).reduce(0, +) == 5)
  }

  @Test func whatWaitsIsBounded() throws {
    var reader = FastCCDDialect()
    for number in 0..<1000 { _ = try reader.events(in: Self.raw(number)) }
    #expect(reader.takeNotes().map(\.unplacedFrames).reduce(0, +) == 1000 - 128)
    _ = try reader.events(in: Self.start)
    for number in 0..<3000 { _ = try reader.events(in: event(10_000 + number, index: number)) }
    #expect(reader.takeNotes().contains { $0.words.contains("source.connect") })
  }

  @Test func eventsWithPixelsNeedNoRawFrame() throws {
    let found = try words([
      Self.start, Self.raw(1), event(1, index: 0, pixels: true), event(2, index: 1, pixels: true),
      Self.stop,
    ])
    #expect(found == ["start \(a)", "exposure 0 1", "exposure 1 1", "stop \(a)"])
  }

  @Test(arguments: [
    ([SharedBytes("x"), SharedBytes("y")], "frame number"),
    ([SharedBytes("1"), SharedBytes("12")], "2304"),
    ([SharedBytes("1"), SharedBytes(copying: [UInt16](repeating: 0, count: 1152))], "even"),
    ([SharedBytes("1"), SharedBytes("")], "2304"),
    ([SharedBytes("-1"), SharedBytes("")], "frame number"),
    ([SharedBytes("99999999999999999999"), SharedBytes("")], "frame number"),
    ([SharedBytes("other"), SharedBytes("1"), SharedBytes("")], "3 parts"), ([], "0 parts"),
  ])
  func badRawFramesAreRefusedInWords(parts: [SharedBytes], word: String) {
    var reader = FastCCDDialect()
    let error = #expect(throws: WireError.self) { try reader.events(in: parts) }
    #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
  }
}
