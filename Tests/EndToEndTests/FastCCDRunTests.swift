// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Imaging
import LivePipeline
import Preprocessing
import Ptychography
import Messaging
import Ptychography
import Synchronization
import TestSupport
import Testing
import Tomography

/// A run on the frame server's raw stream with a sidecar file, and its replay.
@Suite struct FastCCDRunTests {
  /// Two scans of 2 x 2 points, each after a dark; the counter wraps in the first.
  private static let sidecar = """
    tomogram_id: plates
    scans:
      - {name: first, rotation_angle_deg: -20, energy_eV: 708.2, darks: 1, exposure_s: [0.2],
         first_frame: 65534, grid: {rows: 2, columns: 2, step_m: 70e-9}}
      - {name: second, rotation_angle_deg: 20, energy_eV: 708.2, darks: 1, exposure_s: [0.2],
         grid: {rows: 2, columns: 2, step_m: 70e-9}}
    """

  @Test func aReplayFindsTheSidecarInTheRecording() throws {
    let folder = try TemporaryFolder()
    try Self.sidecar.write(toFile: folder.file("s.yaml"), atomically: true, encoding: .utf8)
    let context = try MessagingContext()
    var publisher = try Publisher(context, bindingTo: "tcp://127.0.0.1:*")

    var configuration = SimulatedRun().configuration
    configuration.source.dialect = .fastccd
    configuration.source.endpoints = [publisher.endpoint]
    configuration.source.sidecar = folder.file("s.yaml")
    configuration.previews.isEnabled = false
    configuration.ptychography.iterations = 2
    configuration.ptychography.minimumFrames = 1
    configuration.results.directory = folder.file("live")
    var options = Pipeline.Options(configuration)
    options.recording = folder.file("run.h5")
    let pipeline = Pipeline(configuration: configuration, source: .stream, options: options)
    let summary = Mutex<RunSummary?>(nil)
    let done = DispatchSemaphore(value: 0)
    let live = Thread {
      let result = try? pipeline.run()
      summary.withLock { $0 = result }
      done.signal()
    }
    live.start()
    while try publisher.receiveSubscription(timeoutMilliseconds: 10_000) == nil {}
    // 70000: between the scans of the file and none of them.
    for number in Array(65_534...65_538) + [70_000] + Array(3...7) {
      #expect(try publisher.send([SharedBytes("\(number % 65_536)"), Self.words]))
    }
    let deadline = Date(timeIntervalSinceNow: 30)
    while pipeline.status.counters.messages < 12, Date() < deadline {
      Thread.sleep(forTimeInterval: 0.02)
    }
    pipeline.requestFinish()
    done.wait()
    let counters = try #require(summary.withLock { $0 }).counters
    #expect(counters.messages == 12)
    #expect(counters.darks == 2 && counters.exposures == 8)
    #expect(counters.withoutScan == 1 && counters.malformed == 0 && counters.unusable == 0)

    // The file is gone; the recording has it.
    try FileManager.default.removeItem(atPath: folder.file("s.yaml"))
    options.results = folder.file("again")
    options.recording = nil
    let again = try Pipeline(
      configuration: configuration,
      source: .recording(folder.file("run.h5")),
      options: options
    ).run()
    #expect(again.counters == counters)
    #expect(again.scans.map(\.scan).sorted() == ["first", "second"])
  }

  /// Runs what somebody publishes until it has so many messages.
  private func run(
    _ configuration: PipelineConfiguration,
    _ folder: TemporaryFolder,
    _ name: String,
    messages: Int,
    publish: () throws -> Void
  ) throws -> (summary: RunSummary, events: [RunEvent]) {
    var configuration = configuration
    configuration.results.directory = folder.file(name)
    var options = Pipeline.Options(configuration)
    options.recording = folder.file("\(name).h5")
    let events = Mutex<[RunEvent]>([])
    let pipeline = Pipeline(configuration: configuration, source: .stream, options: options) {
      event in events.withLock { $0.append(event) }
    }
    let summary = Mutex<RunSummary?>(nil)
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      let result = try? pipeline.run()
      summary.withLock { $0 = result }
      done.signal()
    }
    try publish()
    let deadline = Date(timeIntervalSinceNow: 30)
    while pipeline.status.counters.messages < messages, Date() < deadline {
      Thread.sleep(forTimeInterval: 0.02)
    }
    pipeline.requestFinish()
    done.wait()
    return (try #require(summary.withLock { $0 }), events.withLock { $0 })
  }

  /// Scans whose numbers begin anew, sent out again from the second on to a receiver that has the
  /// whole list: it must not take the second scan for the first.
  @Test func aReceiverDoesNotMissTheScansBeforeTheFirstThatIsSent() throws {
    let folder = try TemporaryFolder()
    let list = Self.sidecar
      .replacing("first_frame: 65534", with: "first_frame: 0")
      .replacing(
        "exposure_s: [0.2],\n     grid",
        with: "exposure_s: [0.2], first_frame: 0,\n     grid"
      )
    try list.write(toFile: folder.file("s.yaml"), atomically: true, encoding: .utf8)
    let context = try MessagingContext()
    var publisher = try Publisher(context, bindingTo: "tcp://127.0.0.1:*")
    var configuration = SimulatedRun().configuration
    configuration.source.dialect = .fastccd
    configuration.source.endpoints = [publisher.endpoint]
    configuration.source.sidecar = folder.file("s.yaml")
    configuration.previews.isEnabled = false
    configuration.control.isEnabled = false
    configuration.ptychography.iterations = 2
    configuration.ptychography.minimumFrames = 1
    // Finer than the detector reaches, which is 4.94 nm.
    configuration.preprocessing.objectPixelSize = Length(nanometers: 4)
    configuration.tomography.voxelSize = Length(nanometers: 4)
    let first = try run(configuration, folder, "first", messages: 11) {
      while try publisher.receiveSubscription(timeoutMilliseconds: 10_000) == nil {}
      for number in Array(0..<5) + Array(0..<5) {
        #expect(try publisher.send([SharedBytes("\(number)"), Self.words]))
      }
    }
    #expect(Set(first.summary.scans.map(\.scan)) == ["first", "second"])
    #expect(first.summary.counters.missingFrames == 0 && first.summary.counters.unusable == 0)
    // At the start and when the first raw frame comes, by the energy of each.
    let remarks = first.events.filter { $0.message.contains("the finest size is 4.942e-9") }
    #expect(remarks.count == 2 && remarks.allSatisfy { $0.severity == .warning })

    let endpoint = "tcp://127.0.0.1:\(SimulatedSource.freePort())"
    configuration.source.endpoints = [endpoint]
    // Its own list, the list of the recording, and the second scan.
    let second = try run(configuration, folder, "second", messages: 7) {
      var plan = ReplayPlan()
      plan.firstScan = "second"
      let sender = RecordingPublisher([folder.file("first.h5")], plan: plan, endpoint: endpoint)
      let sent = try sender.send(patience: 30, isCancelled: { false }, report: { _ in })
      #expect(sent.isWhole && sent.messages == 5)
    }
    #expect(second.summary.scans.map(\.scan) == ["second"])
    #expect(second.summary.counters.missingFrames == 0 && second.summary.framesLost == 0)
    #expect(second.summary.counters.withoutScan == 0)
    #expect(second.summary.counters.exposures == 4 && second.summary.counters.darks == 1)
  }

  /// 1040 rows: a pedestal, and light in the middle of both halves.
  private static let words: SharedBytes = {
    var words = [UInt16](repeating: 0xC000 | 300, count: 1040 * 1152)
    for clock in 5000..<6200 { for channel in 40..<60 { words[clock * 192 + channel] += 900 } }
    return SharedBytes(copying: words)
  }()
}
