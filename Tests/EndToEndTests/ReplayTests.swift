// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import Ptychography
import Registration
import Synchronization
import TestSupport
import Testing
import WireFormat

/// What was recorded can be run again.
@Suite(.serialized) struct ReplayTests {
  /// A recorded run of two tilts at two energies.
  private static var twoTilts: SimulatedRun {
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 2
    return run
  }

  @Test func repeatingTheScheduleAgreesWithTheLiveRun() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    // Frames come slowly enough that they join in many batches.
    run.framesPerSecond = 60
    run.parameters.tiltCount = 3
    run.configuration.compute.workers = 2
    let live = try run.run()
    let first = try live.tomogram()
    let (summary, second) = try SimulatedRun.replay(
      live,
      into: "again",
      configuration: run.configuration,
      asRecorded: true
    )
    #expect(summary.scans.count == 6)
    #expect(summary.counters.used == live.summary.counters.used)
    let iterations = { (summary: RunSummary) in
      Dictionary(uniqueKeysWithValues: summary.scans.map { ($0.scan, $0.iterations) })
    }
    #expect(iterations(summary) == iterations(live.summary))
    for (a, b) in zip(first.volumes, second.volumes) {
      #expect(relativeDifference(a.values, b.values) < 1e-4)
    }
    for scan in live.summary.scans {
      let a = try readCXIResult("\(live.results)/scans/\(scan.scan).cxi")
      let b = try readCXIResult("\(live.folder.file("again"))/scans/\(scan.scan).cxi")
      // Both start from the same probe on the same grid, so that no gauge is left to fix.
      #expect(
        relativeDifference(a.transmission.values.map(\.re), b.transmission.values.map(\.re)) < 1e-4
      )
      #expect(
        relativeDifference(a.transmission.values.map(\.im), b.transmission.values.map(\.im)) < 1e-3
      )
    }
  }

  /// With few photons more is handed on than the probe: a background, which a scan begins with where
  /// the one before it ended; and the beam's power, and the weights of pixels, change on the way.
  @Test func aScheduleOfFewPhotonsIsRepeated() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.framesPerSecond = 60
    run.parameters.tiltCount = 2
    run.parameters.photonsPerSecond = 2e7
    run.configuration.compute.workers = 2
    run.configuration.ptychography.iterations = 60
    run.configuration.ptychography.modulusRelaxation = 1
    run.configuration.ptychography.likelihoodIterations = 20
    run.configuration.ptychography.likelihoodRelaxation = 3
    run.configuration.ptychography.pixelAreaPeriod = 10
    run.configuration.ptychography.retrievesBackground = true
    run.configuration.ptychography.backgroundStart = 10
    run.configuration.ptychography.backgroundPeriod = 1
    run.configuration.registration.minimumConfidence = 0.1
    let live = try run.run()
    let (summary, second) = try SimulatedRun.replay(
      live,
      into: "again",
      configuration: run.configuration,
      asRecorded: true
    )
    #expect(summary.scans.count == 4)
    for (a, b) in zip(try live.tomogram().volumes, second.volumes) {
      #expect(relativeDifference(a.values, b.values) < 1e-4)
    }
    for scan in live.summary.scans {
      let a = try readCXIResult("\(live.results)/scans/\(scan.scan).cxi")
      let b = try readCXIResult("\(live.folder.file("again"))/scans/\(scan.scan).cxi")
      #expect(
        relativeDifference(a.transmission.values.map(\.re), b.transmission.values.map(\.re)) < 1e-3
      )
      let (background, repeated) = (try #require(a.background), try #require(b.background))
      #expect(background.values.contains { $0 > 0 })
      #expect(relativeDifference(background.values, repeated.values) < 1e-3)
    }
  }

  /// The recording is removed in the middle of the run, which goes on in a second one.
  ///
  /// The first is rescued through a descriptor that is still open. Together they repeat the run.
  @Test func aRunInTwoRecordingsIsRepeatedFromBoth() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 2
    run.configuration.compute.workers = 2
    // What comes after it takes nearly three seconds; the recorder looks once a second.
    run.framesPerSecond = 20
    let gate = SourceGate(after: 2)
    run.gate = gate
    let folder = Mutex<TemporaryFolder?>(nil)
    run.adapt = { _, place in folder.withLock { $0 = place } }
    let rescued = Mutex<FileHandle?>(nil)
    let live = try run.run { pipeline in
      defer { gate.open() }
      ControlledRun.wait { pipeline.status.counters.messages >= 54 }
      guard let path = folder.withLock({ $0 })?.file("run.h5") else { return }
      let handle = FileHandle(forReadingAtPath: path)
      rescued.withLock { $0 = handle }
      try? FileManager.default.removeItem(atPath: path)
    }
    #expect(live.events.contains { $0.message.contains("WAS REMOVED") })
    let bytes = try #require(try rescued.withLock { try $0?.readToEnd() })
    let earlier = live.folder.file("rescued.h5")
    try bytes.write(to: URL(filePath: earlier))
    let counts = try [earlier, live.recording].map { try RecordingReader(path: $0).messageCount }
    #expect(counts[0] >= 45 && counts[1] > 10)
    #expect(counts[0] + counts[1] == live.summary.counters.messages)
    // The second knows that it begins where the first ends.
    let first = try RecordingReader(path: live.recording).number(of: 0)
    #expect(first == counts[0])

    var configuration = run.configuration
    configuration.previews.isEnabled = false
    func repeated(_ paths: [String], into name: String) throws -> RunSummary {
      var options = Pipeline.Options(configuration)
      options.results = live.folder.file(name)
      return try Pipeline(
        configuration: configuration,
        source: .recordings(paths),
        options: options
      ).repeatSchedule()
    }
    let summary = try repeated([earlier, live.recording], into: "both")
    #expect(summary.scans.count == 4)
    #expect(summary.counters.used == live.summary.counters.used)
    #expect(!summary.events.contains { $0.contains("in none of the recordings") })
    let iterations = { (summary: RunSummary) in
      Dictionary(uniqueKeysWithValues: summary.scans.map { ($0.scan, $0.iterations) })
    }
    #expect(iterations(summary) == iterations(live.summary))
    let second = try readTomogram("\(live.folder.file("both"))/tomogram.h5")
    for (a, b) in zip(try live.tomogram().volumes, second.volumes) {
      #expect(relativeDifference(a.values, b.values) < 1e-4)
    }
    // A plain replay takes both, too, and the second alone says what it lacks.
    var options = Pipeline.Options(configuration)
    options.results = live.folder.file("plain")
    let plain = try Pipeline(
      configuration: configuration,
      source: .recordings([earlier, live.recording]),
      options: options
    ).run()
    #expect(plain.counters.used == live.summary.counters.used)
    #expect {
      _ = try repeated([live.recording, earlier], into: "wrong")
    } throws: { error in
      "\(error)".contains("does not go on where") && "\(error)".contains("in their order")
    }
    let alone = try repeated([live.recording], into: "alone")
    #expect(
      alone.events.contains { $0.contains("\(counts[0]) messages of the run are in none of") }
    )
  }

  @Test func aPlainReplayWritesTheSameKindsOfResults() throws {
    var run = Self.twoTilts
    run.configuration.ptychography.iterations = 40
    let live = try run.run()
    var configuration = run.configuration
    configuration.ptychography.iterations = 60
    let (summary, _) = try SimulatedRun.replay(
      live,
      into: "plain",
      configuration: configuration,
      asRecorded: false
    )
    #expect(summary.counters.exposures == live.summary.counters.exposures)
    #expect(summary.counters.used == live.summary.counters.used)
    #expect(summary.scans.allSatisfy { $0.iterations >= 60 })
    #expect(Set(summary.files) == Set(live.summary.files))
  }

  @Test func whatIsSentOutAgainIsRecordedAgainToTheByte() throws {
    var run = Self.twoTilts
    run.configuration.ptychography.iterations = 10
    let live = try run.run()
    let endpoint = "tcp://127.0.0.1:\(SimulatedSource.freePort())"
    var configuration = run.configuration
    configuration.source.endpoints = [endpoint]
    configuration.previews.isEnabled = false
    var options = Pipeline.Options(configuration)
    options.results = live.folder.file("second")
    options.recording = live.folder.file("second.h5")
    options.endsWithTomogram = true
    let pipeline = Pipeline(configuration: configuration, source: .stream, options: options)
    let sent = Mutex<RecordingPublisher.Progress?>(nil)
    let isSent = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      defer { isSent.signal() }
      // 108 frames in a second or so.
      var plan = ReplayPlan()
      plan.pace = .factor(20)
      let publisher = RecordingPublisher([live.recording], plan: plan, endpoint: endpoint)
      let progress = try? publisher.send(patience: 60, isCancelled: { false }, report: { _ in })
      sent.withLock { $0 = progress }
    }
    let summary = try pipeline.run()
    isSent.wait()
    #expect(summary.scans.count == 4)
    let first = try RecordingReader(path: live.recording)
    let second = try RecordingReader(path: live.folder.file("second.h5"))
    #expect(sent.withLock { $0?.messages } == first.messageCount)
    #expect(sent.withLock { $0?.isWhole } == true)
    #expect(second.messageCount == first.messageCount)
    for number in 0..<min(first.messageCount, second.messageCount) {
      let a = try first.message(number).parts.map { $0.array() }
      let b = try second.message(number).parts.map { $0.array() }
      #expect(a == b, "message \(number)")
    }
  }

  @Test func aReplayBeginsWithAnyScanAndKeepsThePace() throws {
    var run = Self.twoTilts
    run.framesPerSecond = 50
    run.configuration.ptychography.iterations = 10
    let live = try run.run()
    let reader = try RecordingReader(path: live.recording)
    let times = (0..<reader.messageCount).map { reader.arrival(of: $0) }
    let starts = try times.indices.filter { number in
      if case .start = try NativeDialect().decode(reader.message(number).parts) {
        true
      } else {
        false
      }
    }
    let lastScan = Double(times[times.count - 1] - times[starts[3]]) * 1e-9
    func replay(_ plan: ReplayPlan) throws -> (RunSummary, Double) {
      var configuration = run.configuration
      configuration.previews.isEnabled = false
      var options = Pipeline.Options(configuration)
      options.results = live.folder.file("replayed")
      options.replay = plan
      let pipeline = Pipeline(
        configuration: configuration,
        source: .recording(live.recording),
        options: options
      )
      let clock = ContinuousClock()
      var summary = RunSummary()
      let elapsed = try clock.measure { summary = try pipeline.run() }
      return (summary, elapsed / .seconds(1))
    }
    var plan = ReplayPlan()
    plan.firstScan = "3"
    let third = try replay(plan).0
    let names = ["simulated_tilt001_energy0", "simulated_tilt001_energy1"]
    #expect(Set(third.scans.map(\.scan)) == Set(names))
    #expect(third.counters.missingFrames == 0)
    plan.firstScan = names[1]
    plan.pace = .factor(0.5)
    let (fourth, elapsed) = try replay(plan)
    #expect(fourth.scans.map(\.scan) == [names[1]])
    // At half the pace.
    #expect(elapsed > 1.9 * lastScan)
    plan.firstScan = "no-such-scan"
    #expect {
      _ = try replay(plan)
    } throws: { error in
      "\(error)".contains("has no scan no-such-scan; it has 4")
    }
  }

  @Test func aRunThatWasBrokenOffIsTakenUp() throws {
    var run = Self.twoTilts
    run.configuration.ptychography.iterations = 10
    let gate = SourceGate(after: 1)
    run.gate = gate
    let live = try run.run { pipeline in
      defer { gate.open() }
      let desk = ControlledRun(pipeline: pipeline)
      ControlledRun.wait { pipeline.status.scansStarted >= 1 }
      desk.follow(#"{"request": "set", "key": "tomography.relaxation", "value": 0.3}"#)
    }
    let before = try RecordingReader(path: live.recording).messageCount
    var rest = SimulatedRun()
    rest.parameters.tiltCount = 1
    let source = SimulatedSource(rest)
    var configuration = run.configuration
    configuration.source.endpoints = [source.endpoint]
    configuration.previews.isEnabled = false
    var options = Pipeline.Options(configuration)
    options.results = live.folder.file("resumed")
    options.recording = live.recording
    options.resumes = true
    let events = SimulatedRun.Events()
    let pipeline = Pipeline(
      configuration: configuration,
      source: .stream,
      options: options,
      onEvent: { events.add($0) }
    )
    Thread.detachNewThread {
      for _ in 0..<600 where pipeline.status.scansFinished < 6 { usleep(100_000) }
      pipeline.requestFinish()
    }
    let summary = try pipeline.run()
    let sent = try source.stop()
    // The four scans of the recording, then two that come from a source of the same names.
    #expect(summary.scans.count == 6)
    #expect(summary.counters.used == live.summary.counters.used + sent.exposures)
    let reader = try RecordingReader(path: live.recording)
    // Two starts, two stops, and every frame.
    #expect(reader.messageCount == before + sent.exposures + sent.darks + 4)
    #expect(reader.messageCount == summary.counters.messages)
    #expect(summary.recording == live.recording)
    // What somebody had changed is changed again, and said.
    #expect(events.all.contains { $0.message.hasPrefix("1 change that people made") })
    let tomogram = try readTomogram("\(options.results)/tomogram.h5")
    #expect(tomogram.parameters.contains("relaxation: 0.3"))
    // A plain replay of the whole meets the change twice, and makes it once.
    let changes = try reader.schedule().filter { $0.contains(#""step":"set""#) }
    #expect(changes.count == 2)
  }
}
