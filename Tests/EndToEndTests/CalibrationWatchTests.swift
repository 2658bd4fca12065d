// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import HDF5Storage
import Imaging
import LivePipeline
import Preprocessing
import Ptychography
import Testing

/// Calibration while the beam is on: the centre is found, a move of it and of the gain is told.
@Suite struct CalibrationWatchTests {
  private static let beam = PixelShift(rows: -4.3, columns: 3.6)

  private static func parameters(_ beam: PixelShift) -> SimulationParameters {
    var parameters = SimulationParameters()
    parameters.tiltCount = 2
    parameters.scanColumns = 5
    parameters.scanRows = 5
    parameters.plateCount = 8
    parameters.beamOffset = beam
    return parameters
  }

  @Test func theCentreIsFoundHeldAndItsMoveIsTold() throws {
    var configuration = PipelineConfiguration()
    configuration.preprocessing.findsCenter = true
    configuration.preprocessing.aduPerElectronVolt = 22.0 / 708
    var watch = CalibrationWatch(configuration: configuration, rest: 0)
    var detector = try SimulatedDetector(Self.parameters(Self.beam))
    var moved = try SimulatedDetector(
      Self.parameters(Self.beam + PixelShift(rows: 0, columns: 1.5))
    )
    var darks = DarkReference(geometry: configuration.detector)
    let scans = detector.plan.scans
    for index in 0..<10 {
      let dark = detector.dark(scans[0], index: index)
      try darks.add(try #require(dark))
    }

    var waited = 0
    var events: [RunEvent] = []
    watch.open("first", ScanDescription(identity: scans[0].identity, positions: []))
    for point in 0..<20 {
      let frame = detector.exposure(scans[0], point: point)
      let finding = watch.take(frame, of: "first", darks: darks)
      if finding.mustWait { waited += 1 }
      #expect(finding.hasNewCenter == (waited > 0 && !finding.mustWait && point == waited))
      events += finding.events
    }
    events += watch.finish()
    let center = try #require(watch.center)
    #expect(waited >= 7 && waited < 32)
    #expect(abs(center.row - 479.5 - Self.beam.rows) < 0.3)
    #expect(abs(center.column - 479.5 - Self.beam.columns) < 0.3)
    #expect(events.contains { $0.severity == .info && $0.message.contains("direct beam falls on") })
    // 25 ADU where the configuration says 22.
    let gain = events.first { $0.message.contains("single photons read") }
    #expect(gain?.message.contains("preprocessing.adu_per_eV: 0.035") == true)
    #expect(gain?.severity == .warning)

    // The same place again says nothing; another place is told and not followed.
    for (key, source) in [("second", 0), ("third", 1)] {
      events = []
      watch.open(key, ScanDescription(identity: scans[1].identity, positions: []))
      for point in 0..<16 {
        let frame =
          source == 0
          ? detector.exposure(scans[1], point: point) : moved.exposure(scans[1], point: point)
        let finding = watch.take(frame, of: key, darks: darks)
        #expect(!finding.mustWait && !finding.hasNewCenter)
        events += finding.events
      }
      events += watch.finish()
      let moves = events.filter { $0.message.contains("which is in use") }
      #expect(moves.count == source, "\(events)")
      #expect(watch.center == center)
    }
  }

  /// Saturated and bloomed pixels of the long exposures must not look like a move.
  @Test(arguments: [false, true])
  func ofDoubleExposuresTheShortOnesAreLookedAt(longComesFirst: Bool) throws {
    var parameters = SimulationParameters(.cosmic)
    parameters.tiltCount = 1
    parameters.scanColumns = 5
    parameters.scanRows = 4
    parameters.longExposureComesFirst = longComesFirst
    var configuration = PipelineConfiguration()
    configuration.preprocessing.attenuator = nil
    configuration.preprocessing.detectorDistance = parameters.detectorDistance
    configuration.probe.outerZoneWidth = parameters.outerZone
    configuration.probe.centralStopFraction = parameters.centralStop
    var detector = try SimulatedDetector(parameters)
    let scan = detector.plan.scans[0]
    var darks = DarkReference(geometry: configuration.detector)
    for index in 0..<parameters.darkCount {
      for exposure in 0..<2 {
        let dark = detector.dark(scan, index: index, exposure: exposure)
        try darks.add(try #require(dark))
      }
    }
    // A beam that is 1.2 px off is told, one in its place is not.
    for offset in [0, 1.2] {
      configuration.preprocessing.center = PicturePosition(row: 479.5, column: 479.5 + offset)
      var watch = CalibrationWatch(configuration: configuration, rest: 0)
      watch.open("double", ScanDescription(identity: scan.identity, positions: []))
      var events: [RunEvent] = []
      for point in 0..<20 {
        for exposure in 0..<2 {
          let frame = detector.exposure(scan, point: point, exposure: exposure)
          let finding = watch.take(frame, of: "double", darks: darks)
          #expect(!finding.mustWait)
          events += finding.events
        }
      }
      events += watch.end("double").events + watch.finish()
      #expect(events.count == (offset > 0 ? 1 : 0), "\(events)")
      #expect(events.allSatisfy { $0.message.contains("which is in use") })
    }
  }

  @Test func aBeamThatIsNotThereIsToldAndFramesGoThrough() throws {
    var configuration = PipelineConfiguration()
    configuration.preprocessing.findsCenter = true
    configuration.preprocessing.checksCalibration = false
    var watch = CalibrationWatch(configuration: configuration, rest: 0)
    var detector = try SimulatedDetector(Self.parameters(.zero))
    var darks = DarkReference(geometry: configuration.detector)
    let scan = detector.plan.scans[0]
    let taken = detector.dark(scan, index: 0)
    let dark = try #require(taken)
    try darks.add(dark)
    watch.open("dark", ScanDescription(identity: scan.identity, positions: []))
    var released: [RunEvent]?
    for _ in 0..<8 {
      let finding = watch.take(dark.asExposure, of: "dark", darks: darks)
      #expect(finding.mustWait)
    }
    let finding = watch.end("dark")
    if !finding.mustWait { released = finding.events }
    #expect(released?.first?.severity == .warning)
    #expect(released?.first?.message.contains("calibrate center") == true)
    #expect(watch.center == nil)
  }

  /// The start announces a shorter exposure than any frame has: the frames must not wait for ever.
  @Test func aTimeThatIsAnnouncedAndNeverComesHoldsNothingUp() throws {
    var configuration = PipelineConfiguration()
    configuration.preprocessing.findsCenter = true
    configuration.preprocessing.checksCalibration = false
    var watch = CalibrationWatch(configuration: configuration, rest: 0)
    var detector = try SimulatedDetector(Self.parameters(Self.beam))
    let scan = detector.plan.scans[0]
    var darks = DarkReference(geometry: configuration.detector)
    for index in 0..<10 {
      let dark = detector.dark(scan, index: index)
      try darks.add(try #require(dark))
    }
    let first = detector.exposure(scan, point: 0)
    let time = try #require(first.header.exposureTime)
    var description = ScanDescription(identity: scan.identity, positions: [])
    description.exposureTimes = [time / 10, time]

    // A scan that ends before that says so, and the next one searches.
    watch.open("short", description)
    for _ in 0..<3 { #expect(watch.take(first, of: "short", darks: darks).mustWait) }
    let ended = watch.end("short")
    #expect(!ended.mustWait && ended.events.map(\.severity) == [.warning])
    #expect(ended.events.first?.message.contains("the direct beam was not found") == true)

    watch.open("long", description)
    #expect(watch.isFinding)
    var waited = 0
    for number in 0..<72 {
      let frame = detector.exposure(scan, point: number % 25)
      if watch.take(frame, of: "long", darks: darks).mustWait { waited += 1 }
    }
    #expect(waited > 36 && waited < 72)
    let center = try #require(watch.center)
    #expect(abs(center.row - 479.5 - Self.beam.rows) < 0.3)
    #expect(abs(center.column - 479.5 - Self.beam.columns) < 0.3)
  }

  /// Live and as recorded, with a beam off the middle and the probe made from the mean pattern.
  @Test func aRunWithItsOwnCentreRepeatsAsRecorded() throws {
    var run = SimulatedRun()
    run.parameters.frames = .raw
    run.parameters.tiltCount = 1
    run.parameters.photonsPerSecond = 2e7
    run.parameters.beamOffset = Self.beam
    run.isRecorded = true
    run.configuration.preprocessing.findsCenter = true
    run.configuration.probe.start = .meanPattern
    run.configuration.probe.reusesPrevious = false
    run.configuration.ptychography.iterations = 30
    let live = try run.run()
    #expect(live.summary.counters.used == live.sent.exposures)
    #expect(live.events.contains { $0.message.contains("the tomogram is made with that") })
    let schedule = try RecordingReader(path: live.recording).schedule()
    #expect(
      schedule.contains { $0.contains("\"mean-pattern\"") && $0.contains("\"messages\":[") }
    )
    let again = try SimulatedRun.replay(
      live,
      into: "again",
      configuration: run.configuration,
      asRecorded: true
    )
    #expect(again.summary.counters.used == live.summary.counters.used)
    let first = try live.tomogram()
    for (a, b) in zip(first.projections, again.tomogram.projections) {
      let difference = zip(a.values, b.values).reduce(0.0) { $0 + Double(abs($1.0 - $1.1)) }
      let total = a.values.reduce(0.0) { $0 + Double(abs($1)) }
      #expect(difference < 1e-4 * total)
    }
  }
}
