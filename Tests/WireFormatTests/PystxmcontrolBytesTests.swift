// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Imaging
import Messaging
import TestSupport
import Testing
import WireFormat

/// Events whose bytes Python made: NumPy 1 and 2, protocols 2 to 5, from files and over a socket.
@Suite struct PystxmcontrolBytesTests {
  @Test func everyVersionAndProtocolIsThere() {
    #expect(EventFixtures.names.count == 7)
    #expect(EventFixtures.names.contains("numpy1-protocol5.events"))
    #expect(EventFixtures.names.contains("numpy2-protocol2.events"))
  }

  @Test(arguments: EventFixtures.names)
  func eventsOfPythonAreUnderstood(name: String) throws {
    let messages = try EventFixtures.messages(name).map { SharedBytes($0) }
    var reader = PystxmcontrolDialect(tiltMotor: "SampleR")
    #expect(reader.startsScan([messages[0]]))
    let events = try messages.map { try reader.events(in: [$0]) }
    #expect(!reader.startsScan([messages[9]]))
    try expectTheScan(events)
    // Protocol 2 writes pixels as text, and those of frames 3 to 5 must be rearranged.
    if !name.contains("protocol2") {
      for place in [1, 2, 3, 7, 8] {
        guard case .frame(let frame)? = events[place].last else { continue }
        #expect(lies(frame.pixels, within: messages[place]), "frame \(place) was copied")
      }
    }
    #expect(reader.takeNotes().isEmpty)
  }

  @Test(
    .enabled(
      if: PythonInterpreter.has("zmq, numpy"),
      "needs a python3 (or TILTFOLD_PYTHON) with pyzmq and NumPy"
    )
  )
  func eventsOverASocketAreUnderstood() throws {
    let output = Pipe()
    let python = PythonInterpreter.makeProcess([EventFixtures.script, "--publish"])
    python.standardOutput = output
    try python.run()
    defer { python.terminate() }
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    let port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
    var subscriber = try Subscriber(
      try MessagingContext(),
      connectingTo: ["tcp://127.0.0.1:\(port)"],
      topics: PystxmcontrolDialect.topics
    )
    var reader = PystxmcontrolDialect(tiltMotor: "SampleR")
    func next() throws -> ([AcquisitionEvent], SharedBytes) {
      let parts = try #require(try subscriber.receive(timeoutMilliseconds: 20_000))
      return (try reader.events(in: parts), parts[0])
    }
    for _ in 2...5 { try expectTheScan(try (0..<10).map { _ in try next().0 }) }
    #expect(reader.takeNotes().isEmpty)

    // No start before it: a scan is made up.
    let (events, message) = try next()
    try #require(events.count == 2)
    guard case .start = events[0], case .frame(let frame) = events[1] else {
      Issue.record("no start and frame")
      return
    }
    #expect(frame.header.shape == Shape2D(rows: 1040, columns: 1152))
    #expect(lies(frame.pixels, within: message))
    let words = frame.pixels.elements(as: UInt16.self)
    #expect(words[0] == 57005 && words[65_537] == 1 && words.last == UInt16(1_198_079 % 65_536))
    #expect(try next().0.isEmpty)
    let notes = reader.takeNotes().map(\.words).joined(separator: "\n")
    #expect(notes.contains("NS_180101001_ccdframes_1_0.stxm"))
    guard case .abort(let name?, _)? = try next().0.first else {
      Issue.record("no abort")
      return
    }
    #expect(name == frame.header.scan)
    python.waitUntilExit()
  }

  /// Holds what came to what the script says.
  private func expectTheScan(_ events: [[AcquisitionEvent]]) throws {
    // The start waits for a frame, which knows the motors.
    #expect(events.map(\.count) == [0, 2, 1, 1, 1, 1, 1, 1, 1, 1])
    guard case .start(let scan, nil)? = events[1].first else {
      Issue.record("no start")
      return
    }
    let name = "NS_180101001_ccdframes_1_Region1"
    #expect(scan.identity.scan == name)
    #expect(scan.identity.energy == PhotonEnergy(electronVolts: 708.2))
    #expect(scan.identity.energyIndex == 1)
    #expect(scan.identity.tilt == TiltAngle(degrees: -12.5))
    #expect(scan.exposureTimes == [0.02, 0.2])
    #expect(scan.expectedFrames == 8)
    #expect(!scan.positionsAreCentered)
    // (y, x) in um there, (x, y) in m here.
    let planned = [(10.0, 3.0), (10.07, 3.0), (10.0, 3.07), (10.07, 3.07)]
    try #require(scan.positions.count == 4)
    for (position, (x, y)) in zip(scan.positions, planned) {
      #expect(abs(position.x - x * 1e-6) < 1e-15 && abs(position.y - y * 1e-6) < 1e-15)
    }
    #expect(abs((scan.detectorDistance?.meters ?? 0) - 0.121) < 1e-12)
    #expect(abs((scan.detectorPixelSize?.meters ?? 0) - 30e-6) < 1e-12)

    let exposures = [0.02, 0.02, 0.2, 0.02, 0.2, 0.02, 0.2, 0.02]
    let indices = [0, 0, 0, 1, 1, 2, 2, 3]
    for number in 0..<8 {
      guard case .frame(let frame)? = events[number + 1].last else {
        Issue.record("no frame \(number)")
        return
      }
      let header = frame.header
      #expect(header.scan == name)
      #expect(header.role == (number == 0 ? .dark : .exposure))
      #expect(header.index == indices[number])
      #expect(header.exposureTime == exposures[number])
      #expect(header.shape == Shape2D(rows: 3, columns: 4))
      #expect(header.sampleType == .uint16 && header.wordOrder == .image)
      let words = frame.pixels.elements(as: UInt16.self)
      #expect(words == (0..<12).map { UInt16(49_152 + 100 * number + $0) }, "frame \(number)")
    }
    guard case .frame(let last)? = events[8].last, case .stop(name, nil)? = events[9].first else {
      Issue.record("no stop of the scan")
      return
    }
    #expect(abs((last.header.position?.x ?? 0) - 10.0625e-6) < 1e-15)
    #expect(abs((last.header.position?.y ?? 0) - 3.0625e-6) < 1e-15)
  }

  /// Whether bytes stand in the memory of a message.
  private func lies(_ part: SharedBytes, within message: SharedBytes) -> Bool {
    let (a, b) = (range(of: part), range(of: message))
    return a.lowerBound >= b.lowerBound && a.upperBound <= b.upperBound
  }

  private func range(of bytes: SharedBytes) -> Range<UInt> {
    bytes.withBytes { span in
      unsafe span.withUnsafeBytes {
        let start = UInt(bitPattern: $0.baseAddress)
        return start..<start + UInt($0.count)
      }
    }
  }
}
