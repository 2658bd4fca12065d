// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing
import WireFormat

/// Streams of the control system that leave things out.
@Suite struct PystxmcontrolStreamTests {
  private func run(
    _ messages: [[SharedBytes]],
    _ reader: inout PystxmcontrolDialect
  ) throws -> [AcquisitionEvent] {
    try messages.flatMap { try reader.events(in: $0) }
  }

  @Test func aScanWithoutAStartIsOpenedFromItsFirstFrame() throws {
    var reader = PystxmcontrolDialect(tiltMotor: "R")
    let motors: [(String, TestPickle)] = [
      ("motorPositions", .dictionary([("R", .number(30))])), ("energyIndex", .integer(2)),
      ("scanRegion", .text("Region3")),
    ]
    let first = TestPickle.frame(0, mode: "dark", more: motors)
    #expect(reader.startsScan(first))
    let events = try run(
      [first, TestPickle.frame(0, more: motors), TestPickle.frame(1, more: motors)],
      &reader
    )
    #expect(!reader.startsScan(first))
    guard case .start(let scan, _)? = events.first else {
      Issue.record("no start")
      return
    }
    #expect(scan.identity.scan == "unnamed-1_ccdframes_2_Region3")
    #expect(scan.identity.energy == PhotonEnergy(electronVolts: 708.2))
    #expect(scan.identity.tilt == TiltAngle(degrees: 30))
    #expect(scan.positions.isEmpty && scan.expectedFrames == nil)
    let frames = events.frames
    #expect(frames.map(\.header.role) == [.dark, .exposure, .exposure])
    #expect(frames.allSatisfy { $0.header.scan == scan.identity.scan })
    // No plan says where the middle is, and the stage stands 400 um from its zero.
    #expect(abs((frames[2].header.position?.x ?? 1) - 0.07e-6) < 1e-15)
    #expect(reader.takeNotes().contains { $0.kind == "made-up" && $0.scan == scan.identity.scan })
  }

  @Test(arguments: [
    [TestPickle.frame(0), TestPickle.frame(1), TestPickle.frame(2, energy: 710.2)],
    [
      TestPickle.frame(0, more: [("energyIndex", .integer(0))]),
      TestPickle.frame(1, more: [("energyIndex", .integer(1))]),
    ],
    [
      TestPickle.frame(0, more: [("scanRegion", .text("Region1"))]),
      TestPickle.frame(1, more: [("scanRegion", .text("Region2"))]),
    ],
    [TestPickle.frame(0), TestPickle.frame(1), TestPickle.event("stop", nil), TestPickle.frame(0)],
    [TestPickle.frame(0), TestPickle.frame(1), TestPickle.frame(0, mode: "dark")],
    [TestPickle.frame(0), TestPickle.frame(1), TestPickle.frame(0)],
  ])
  func theNextScanWithoutAStartIsToldApart(messages: [[SharedBytes]]) throws {
    var reader = PystxmcontrolDialect()
    let events = try run(messages, &reader)
    let names = events.compactMap { event -> String? in
      guard case .start(let scan, _) = event else { return nil }
      return scan.identity.scan
    }
    try #require(names.count == 2)
    #expect(names[0] != names[1])
    #expect(events.frames.last?.header.scan == names[1])
    #expect(events.frames.dropLast().allSatisfy { $0.header.scan == names[0] })
  }

  @Test func twoExposuresOfOnePointAreNoNewScan() throws {
    var reader = PystxmcontrolDialect()
    let messages = [0, 0, 1, 1, 1, 2].map { TestPickle.frame($0) }
    let events = try run(messages, &reader)
    #expect(events.count == 7)
  }

  @Test func aFrameThatItsStopOvertookBelongsToItsScan() throws {
    var reader = PystxmcontrolDialect()
    let events = try run(
      [
        TestPickle.frame(0), TestPickle.frame(1), TestPickle.event("stop", nil),
        TestPickle.frame(2),
      ],
      &reader
    )
    #expect(events.count == 5)
    #expect(Set(events.frames.map(\.header.scan)).count == 1)
    // On the same grid as the others.
    #expect(abs((events.frames[2].header.position?.x ?? 1) - 0.14e-6) < 1e-15)
  }

  /// Of two exposures of the last point the second comes behind the stop.
  @Test func theLastExposureOfAPairThatItsStopOvertookBelongsToItsScan() throws {
    var reader = PystxmcontrolDialect()
    let events = try run(
      [
        TestPickle.frame(0), TestPickle.frame(0), TestPickle.frame(1),
        TestPickle.event("stop", nil), TestPickle.frame(1),
      ],
      &reader
    )
    #expect(events.count == 6)
    #expect(events.frames.map(\.header.index) == [0, 0, 1, 1])
    #expect(Set(events.frames.map(\.header.scan)).count == 1)
  }

  @Test func aStartTakesFromItsFrameWhatItLacks() throws {
    var reader = PystxmcontrolDialect(tiltMotor: "R")
    // As the beamline's own simulator sends it: metadata as data, the energy not in it.
    let start = TestPickle.event("start", [("header", .text("C:\\a\\NS_1.stxm"))])
    #expect(reader.startsScan(start))
    #expect(try reader.events(in: start).isEmpty)
    let events = try reader.events(
      in: TestPickle.frame(0, more: [("motorPositions", .dictionary([("X", .integer(1))]))])
    )
    guard case .start(let scan, _)? = events.first else {
      Issue.record("no start")
      return
    }
    #expect(scan.identity.scan == "NS_1_ccdframes_0_Region1")
    #expect(scan.identity.energy == PhotonEnergy(electronVolts: 708.2))
    #expect(scan.identity.tilt == nil)
    let words = reader.takeNotes().map(\.words).joined()
    #expect(words.contains("'R'") && words.contains("named are X"))
  }

  @Test func aStartWithoutAStopLetsTheNextBegin() throws {
    var reader = PystxmcontrolDialect()
    func start(_ name: String) -> [SharedBytes] {
      TestPickle.event("start", [("header", .text(name)), ("energy", .number(708.2))])
    }
    let events = try run(
      [start("a"), TestPickle.frame(0), start("b"), TestPickle.frame(0)],
      &reader
    )
    #expect(events.frames.map(\.header.scan) == ["a_ccdframes_0_Region1", "b_ccdframes_0_Region1"])
    guard
      case .abort("b_ccdframes_0_Region1", nil)? =
        try reader.events(in: TestPickle.event(" ABORT", nil)).first
    else {
      Issue.record("no abort")
      return
    }
    guard case .stop(nil, nil)? = try reader.events(in: TestPickle.event("stop", nil)).first else {
      Issue.record("no stop without a scan")
      return
    }
  }

  @Test func positionsAreTurnedByTheAxes() throws {
    let axes = PositionAxes(xx: 0, xy: 2, yx: -1, yy: 0)
    var reader = PystxmcontrolDialect(axes: axes)
    let plan = TestPickle.list([
      .list([.number(3), .number(5)]), .list([.integer(4), .integer(6)]),
    ])
    let events = try reader.events(
      in: TestPickle.event("start", [("energy", .number(700)), ("translations", plan)])
    )
    guard case .start(let scan, _)? = events.first else {
      Issue.record("no start")
      return
    }
    // (y, x) = (3, 5): x = 2 y = 6, y = -x = -5.
    #expect(scan.positions.count == 2)
    #expect(abs(scan.positions[0].x - 6e-6) < 1e-15 && abs(scan.positions[0].y + 5e-6) < 1e-15)
    let frame = try #require(try reader.events(in: TestPickle.frame(0)).frames.first)
    #expect(abs((frame.header.position?.x ?? 0) + 40e-6) < 1e-15)
    #expect(abs((frame.header.position?.y ?? 0) + 400e-6) < 1e-15)
  }

  @Test func framesAsTheCameraReadsThemOutAreToldApart() throws {
    var reader = PystxmcontrolDialect()
    let words = [UInt16](repeating: 7, count: 24 * 192)
    let message = TestPickle.event(
      "frame",
      [("index", .integer(0)), ("energy", .number(700)), ("ccd_frame", .words([24, 192], words))]
    )
    let frame = try #require(try reader.events(in: message).frames.first)
    #expect(frame.header.wordOrder == .clocks)
    #expect(frame.header.shape == Shape2D(rows: 4, columns: 1152))
  }

  @Test func framesWithoutPixelsAreToldAbout() throws {
    var reader = PystxmcontrolDialect()
    #expect(try reader.events(in: TestPickle.frame(0, pixels: false)).frames.isEmpty)
    let note = try #require(reader.takeNotes().first { $0.kind == "pixels" })
    #expect(note.unplacedFrames == 1 && note.words.contains("fastccd"))
    #expect(reader.takeNotes().isEmpty)
  }

  @Test(arguments: [
    ("{\"data\": 1}", "event"), ("{\"event\": \"dance\"}", "dance"), ("{\"event\"", "JSON"),
    ("hello", "neither"), ("", "neither"), ("{\"event\": \"frame\", \"data\": {}}", "data.index"),
    ("{\"event\": \"frame\", \"data\": {\"index\": -4}}", "data.index"),
    ("{\"event\": \"frame\", \"data\": {\"index\": 1}}", "data.energy"),
    ("{\"event\": \"start\", \"metadata\": {\"energy\": 1e-3}}", "metadata.energy"),
    ("{\"event\": \"start\", \"metadata\": {\"translations\": [[1, 2], 3]}}", "translations[1]"),
    ("{\"event\": \"frame\", \"data\": {\"index\": 1, \"ccd_mode\": \"x\"}}", "data.ccd_mode"),
    ("{\"event\": \"frame\", \"data\": {\"index\": 1, \"ccd_frame\": 3}}", "data.ccd_frame"),
  ])
  func badEventsAreRefusedInWords(text: String, word: String) {
    var reader = PystxmcontrolDialect()
    let error = #expect(throws: WireError.self) {
      try reader.events(in: [SharedBytes(text)])
    }
    #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
  }
}

extension [AcquisitionEvent] {
  /// The frames among events.
  var frames: [DetectorFrame] {
    compactMap { event in
      guard case .frame(let frame) = event else { return nil }
      return frame
    }
  }
}
