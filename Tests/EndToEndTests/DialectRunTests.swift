// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import Ptychography
import TestSupport
import Testing
import WireFormat

/// The simulator sends the same scans in every dialect, and the pipeline finds the same in them.
@Suite(.serialized) struct DialectRunTests {
  /// A dialect and what it leaves out.
  enum Way: CaseIterable {
    case events, eventsWithoutStarts, rawFramesWithEvents, rawFramesWithSidecar
  }

  /// Two tilts of 3 x 3 points, each exposed twice.
  private static var doubleExposures: SimulatedRun {
    var run = SimulatedRun()
    run.parameters.tiltCount = 2
    run.parameters.scanColumns = 3
    run.parameters.scanRows = 3
    run.useInstrument(.cosmic)
    run.configuration.ptychography.iterations = 10
    run.configuration.ptychography.minimumFrames = 4
    run.isRecorded = true
    return run
  }

  @Test(arguments: Way.allCases)
  func everyScanIsFoundAndPlaced(way: Way) throws {
    var run = Self.doubleExposures
    // Who says the tilts, and that there are two of them at two energies.
    var sidecar = #"{"tomogram_id": "t", "tilt_count": 2, "energy_count": 2}"#
    var motor: String? = "SampleTheta"
    switch way {
    case .events:
      run.stream.dialect = .pystxmcontrol
    case .eventsWithoutStarts:
      run.stream.dialect = .pystxmcontrol
      run.stream.faults.omitsStart = true
      run.stream.events.pixelPlace = .rawData
      run.stream.events.numpyNames = .numpy1
      run.stream.events.endsWithText = true
    case .rawFramesWithEvents:
      run.stream.dialect = .fastccd
      run.stream.frameServer.firstNumber = 65_500
      run.stream.events.tiltMotor = nil
      motor = nil
      var places = run
      places.stream.dialect = .pystxmcontrol
      sidecar = try places.sidecar()
    case .rawFramesWithSidecar:
      run.stream.dialect = .fastccd
      run.stream.frameServer.sendsEvents = false
      run.stream.frameServer.firstNumber = 65_500
      motor = nil
      sidecar = try run.sidecar()
    }
    run.adapt = { [sidecar, motor] configuration, folder in
      try configuration.source.take(sidecar, in: folder)
      configuration.source.tiltMotor = motor
    }
    let outcome = try run.run()
    let counters = outcome.summary.counters
    #expect(counters.malformed == 0 && counters.unusable == 0 && counters.missingFrames == 0)
    #expect(counters.withoutScan == 0 && counters.withoutPosition == 0)
    let points = 9
    #expect(counters.exposures == 4 * points * run.parameters.exposureTimes.count)
    let scans = outcome.summary.scans
    #expect(scans.count == 4)
    #expect(scans.allSatisfy { $0.frames == points })
    let found = Set(scans.map { "\($0.rotationAngle ?? .nan) \($0.energy)" })
    let truth = Set(
      run.parameters.tilts.flatMap { tilt in
        run.parameters.energies.map { "\(tilt.degrees) \($0.electronVolts)" }
      }
    )
    #expect(found == truth)
    #expect(outcome.summary.tomograms.count == 1)
    // Frames are counted wherever they stand: here as images of their own, there in pickles.
    let frames = counters.exposures + counters.darks
    let words = try FileInspection.describe(outcome.recording)
    let within = way == .events || way == .eventsWithoutStarts ? ", within the messages" : "\n"
    #expect(words.contains("frames:       \(frames) of 1040 x 1152 uint16" + within), "\(words)")
    #expect(words.contains("scans:        4"))
    #expect(
      try FileInspection.draw(outcome.recording, to: outcome.folder.file("inspection.png"))
    )
    // The recording says the same without a file beside it.
    var configuration = run.configuration
    configuration.source.endpoints = ["tcp://127.0.0.1:1", "tcp://127.0.0.1:2"]
    configuration.source.dialect =
      way == .events || way == .eventsWithoutStarts ? .pystxmcontrol : .fastccd
    configuration.source.tiltMotor = motor
    let (again, _) = try SimulatedRun.replay(
      outcome,
      into: "again",
      configuration: configuration,
      asRecorded: false
    )
    #expect(again.counters.exposures == counters.exposures)
    #expect(Set(again.scans.map { "\($0.rotationAngle ?? .nan) \($0.energy)" }) == truth)
  }

  /// Of a scan that somebody has ended, the stop still comes; in this dialect it names no scan.
  @Test func aStopWithoutANameAfterARequestIsNoFault() throws {
    var run = Self.doubleExposures
    run.parameters.tiltCount = 1
    run.framesPerSecond = 10
    run.stream.dialect = .pystxmcontrol
    run.adapt = { configuration, folder in
      let sidecar = #"{"tomogram_id": "t", "tilt_count": 1, "energy_count": 2}"#
      try configuration.source.take(sidecar, in: folder)
      configuration.source.tiltMotor = "SampleTheta"
    }
    let live = try run.run { pipeline in
      // In the first scan, or in the second one where this thread comes late.
      ControlledRun.wait { (5..<20).contains(pipeline.status.scanFrames) }
      ControlledRun(pipeline: pipeline).follow(#"{"request": "finish_scan"}"#)
    }
    let counters = live.summary.counters
    #expect(live.summary.scans.count == 2)
    #expect(counters.afterEnd > 0 && counters.strayMarks == 0 && counters.missingFrames == 0)
    #expect(counters.exposures == live.sent.exposures)
    let warnings = live.events.filter { $0.severity != .info }
    #expect(warnings.isEmpty, "\(warnings)")
  }

  /// A start that lacks the energy is followed by its first frame: a replay begins before both.
  @Test func aReplayFromAScanBeginsWithWhatAnnouncesIt() throws {
    var run = Self.doubleExposures
    run.stream.dialect = .pystxmcontrol
    run.adapt = { configuration, folder in
      let sidecar = #"{"tomogram_id": "t", "tilt_count": 2, "energy_count": 2}"#
      try configuration.source.take(sidecar, in: folder)
      configuration.source.tiltMotor = "SampleTheta"
    }
    let live = try run.run()
    let path = live.folder.file("late.h5")
    do {
      let reader = try RecordingReader(path: live.recording)
      var recording = try RecordingWriter(
        creating: path,
        configuration: reader.configuration,
        version: "1"
      )
      var dialect = PystxmcontrolDialect()
      var starts: [Int] = []
      for number in 0..<reader.messageCount {
        var (parts, arrival) = try reader.message(number)
        if case .start(let scan, _)? = (try? dialect.events(in: parts))?.first {
          let places = scan.positions.map { "[\($0.y * 1e6), \($0.x * 1e6)]" }
          starts.append(number)
          parts = [
            SharedBytes(
              """
              {"event": "start", "metadata": {"header": "NS_\(starts.count).stxm",
                "translations": [\(places.joined(separator: ", "))]}}
              """
            )
          ]
        }
        _ = try recording.append(parts, arrival: arrival)
      }
      try recording.finish()
      #expect(starts.count == 4)
      // Sent out from there on, too: the start comes first, not the frame behind it.
      for (place, message) in starts.enumerated() {
        var plan = ReplayPlan()
        plan.firstScan = "\(place + 1)"
        #expect(try plan.firstMessage(in: [path]) == message)
      }
    }
    var configuration = run.configuration
    configuration.previews.isEnabled = false
    configuration.source.dialect = .pystxmcontrol
    configuration.source.tiltMotor = "SampleTheta"
    configuration.source.endpoints = ["tcp://127.0.0.1:1"]
    var options = Pipeline.Options(configuration)
    options.results = live.folder.file("late")
    options.replay.firstScan = "4"
    let again = try Pipeline(
      configuration: configuration,
      source: .recording(path),
      options: options
    ).run()
    #expect(again.scans.count == 1)
    #expect(again.scans.first?.scan.hasPrefix("NS_4_") == true, "\(again.scans)")
    #expect(again.scans.first?.frames == 9)
  }

  /// The same frames come in every dialect, so that the same patterns must come out: words, their
  /// order, units, axes, exposure times and darks are all in this.
  @Test func theSamePatternsComeOutOfEveryDialect() throws {
    var scans: [[CXIScan]] = []
    for dialect in [StreamDialect.tiltfold, .pystxmcontrol, .fastccd] {
      var run = SimulatedRun()
      run.parameters.tiltCount = 1
      run.parameters.scanColumns = 4
      run.parameters.scanRows = 3
      run.useInstrument(.cosmic)
      run.configuration.ptychography.iterations = 5
      run.isRecorded = true
      run.stream.dialect = dialect
      if dialect != .tiltfold {
        var places = run
        places.stream.dialect = .pystxmcontrol
        let sidecar = try places.sidecar()
        run.adapt = { configuration, folder in
          try configuration.source.take(sidecar, in: folder)
        }
      }
      let outcome = try run.run()
      #expect(outcome.summary.counters.used == outcome.sent.exposures, "\(dialect)")
      var configuration = run.configuration
      configuration.source.dialect = SourceDialect(rawValue: dialect.rawValue) ?? .tiltfold
      let files = try FileConversion(
        outcome.recording,
        to: outcome.folder.file("scans") + "/",
        configuration: configuration
      ).run()
      scans.append(try files.sorted().map { try readCXI($0) })
    }
    #expect(scans.allSatisfy { $0.count == 2 })
    for others in scans.dropFirst() {
      for (first, other) in zip(scans[0], others) {
        #expect(first.identity.energy == other.identity.energy)
        #expect(first.frames == other.frames)
        #expect(first.positions.count == 12 && other.positions.count == 12)
        // The source's zero is not ours; the scan's own extent is the same.
        for (a, b) in zip(first.positions, other.positions) {
          let x = a.x - first.positions[0].x - (b.x - other.positions[0].x)
          let y = a.y - first.positions[0].y - (b.y - other.positions[0].y)
          #expect(abs(x) < 1e-12 && abs(y) < 1e-12)
        }
      }
    }
  }

  @Test(arguments: [StreamDialect.tiltfold, .pystxmcontrol, .fastccd])
  func noFaultOfTheStreamEndsARun(dialect: StreamDialect) throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 2
    run.parameters.scanColumns = 4
    run.parameters.scanRows = 4
    run.useInstrument(.als5321)
    run.configuration.ptychography.iterations = 10
    run.stream.dialect = dialect
    var places = run
    places.stream.dialect = .pystxmcontrol
    let sidecar = try places.sidecar()
    run.adapt = { configuration, folder in
      configuration.source.idleTime = 2
      guard dialect != .tiltfold else { return }
      try configuration.source.take(sidecar, in: folder)
    }
    run.faults.hostileFraction = 0.2
    run.faults.wrongSizeFraction = 0.05
    run.faults.truncateFraction = 0.05
    run.faults.dropFraction = 0.05
    run.faults.duplicateFraction = 0.05
    run.faults.swapFraction = 0.05
    run.faults.lostPacketFraction = 0.001
    run.faults.doubleStartFraction = 0.5
    let outcome = try run.run()
    #expect(outcome.summary.scans.count == 4)
    #expect(outcome.summary.counters.malformed > 0)
    #expect(outcome.events.contains { $0.message.contains("cannot be read") })
  }
}

extension SourceConfiguration {
  /// Writes a sidecar into a folder and names it.
  fileprivate mutating func take(_ text: String, in folder: TemporaryFolder) throws {
    let path = folder.file("sidecar.json")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    sidecar = path
  }
}
