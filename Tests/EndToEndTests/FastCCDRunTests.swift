// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Imaging
import LivePipeline
import Ptychography
import Messaging
import Ptychography
import Synchronization
import TestSupport
import Testing

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

  /// 1040 rows: a pedestal, and light in the middle of both halves.
  private static let words: SharedBytes = {
    var words = [UInt16](repeating: 0xC000 | 300, count: 1040 * 1152)
    for clock in 5000..<6200 { for channel in 40..<60 { words[clock * 192 + channel] += 900 } }
    return SharedBytes(copying: words)
  }()
}
