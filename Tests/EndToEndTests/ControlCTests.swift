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

/// Ctrl-C: the first ends a run in good order, the second one at once.
@Suite(.serialized, .enabled(if: BuiltProgram.tiltfold != nil, "tiltfold is not built"))
struct ControlCTests {
  @Test func theFirstCtrlCBetweenTwoScansLeavesWholeFiles() throws {
    var run = Self.run(tilts: 20)
    // It rests when two scans are done.
    run.gate = SourceGate(after: 2)
    let source = SimulatedSource(run)
    defer { source.cancel() }
    let (outcome, folder) = try live(
      run,
      from: source.endpoint,
      until: { Self.writtenScans(in: $0) >= 2 },
      { process in process.interrupt() }
    )
    try checkThatAllIsWhole(outcome, in: folder, frames: 2 * 25)
  }

  /// So many frames of the second scan are folded (EndOnRequestTests).
  @Test func theFirstCtrlCFinishesTheScanInHandAndLeavesWholeFiles() throws {
    let run = Self.run(tilts: 2)
    let messages = try Self.messages(run, untilFrame: 13)
    let source = MessageSource(messages)
    defer { source.stop() }
    source.start()
    let (outcome, folder) = try live(
      run,
      from: source.endpoint,
      until: { Self.writtenScans(in: $0) >= 1 && Self.recordedMessages(in: $0) == messages.count },
      { process in process.interrupt() }
    )
    try checkThatAllIsWhole(outcome, in: folder, frames: 25 + 13)
  }

  private func checkThatAllIsWhole(
    _ outcome: BuiltProgram.Outcome,
    in folder: TemporaryFolder,
    frames: Int
  ) throws {
    // Frames that were never asked for are not lost: the run did what it was told.
    #expect(outcome.code == 0, "\(outcome.errors)")
    let tomogram = try readTomogram(folder.file("results/tomogram.h5"))
    #expect(tomogram.volumes.count == 2)
    let data = try Data(contentsOf: URL(filePath: folder.file("results/summary.json")))
    let summary = try JSONDecoder().decode(RunSummary.self, from: data)
    #expect(summary.scans.count == 2)
    #expect(summary.counters.used == frames)
    let (messages, steps) = try recorded(in: folder)
    #expect(messages == summary.counters.messages)
    #expect(steps > 0)
    let results = try FileManager.default.subpathsOfDirectory(atPath: folder.file("results"))
    #expect(!results.contains { $0.contains(".partial") })
  }

  @Test func theSecondCtrlCLeavesAtOnce() throws {
    // Long iterations finish no scan: then a recording that has grown must do.
    var run = Self.run(tilts: 20)
    run.configuration.ptychography.iterations = 100_000
    run.gate = SourceGate(after: 4)
    let source = SimulatedSource(run)
    defer { source.cancel() }
    let (outcome, folder) = try live(
      run,
      from: source.endpoint,
      until: { Self.recordedMessages(in: $0) > 80 },
      { process in
        process.interrupt()
        // Two at once would be taken for one.
        process.wait(for: "finishing the scan in hand")
        let deadline = Date(timeIntervalSinceNow: 240)
        while process.isRunning, Date() < deadline {
          process.interrupt()
          Thread.sleep(forTimeInterval: 0.2)
        }
      }
    )
    #expect(outcome.code == 130, "\(outcome.errors)")
    // What was received is there all the same.
    #expect(try recorded(in: folder).messages > 10)
  }

  private static func run(tilts: Int) -> SimulatedRun {
    var run = SimulatedRun()
    run.parameters.tiltCount = tilts
    run.configuration.ptychography.iterations = 15
    run.configuration.compute.unfinishedScans = 50
    return run
  }

  /// What a source has sent when so many frames of its second scan have been taken.
  private static func messages(
    _ run: SimulatedRun,
    untilFrame last: Int
  ) throws -> [[SharedBytes]] {
    var stream = try DetectorStream(SimulatedDetector(run.parameters))
    var messages: [[SharedBytes]] = []
    _ = stream.send { parts in
      messages.append(parts)
      return true
    }
    let pieces = try ControlledRun.pieces(of: messages, upTo: [(1, last)])
    #expect(pieces.count == 2, "the second scan has fewer than \(last) frames")
    return pieces[0]
  }

  /// The scans whose results stand in the folder.
  private static func writtenScans(in folder: TemporaryFolder) -> Int {
    let scans = folder.file("results/scans")
    return (try? FileManager.default.contentsOfDirectory(atPath: scans).count) ?? 0
  }

  /// The messages in a recording that may still grow.
  private static func recordedMessages(in folder: TemporaryFolder) -> Int {
    (try? RecordingReader(path: folder.file("run.h5")).messageCount) ?? 0
  }

  /// Messages and steps of the schedule in the recording, which nobody writes any more.
  private func recorded(in folder: TemporaryFolder) throws -> (messages: Int, steps: Int) {
    let reader = try RecordingReader(path: folder.file("run.h5"))
    let isGrowing = reader.isGrowing
    #expect(!isGrowing)
    return (reader.messageCount, reader.scheduleCount)
  }

  /// Runs `tiltfold live` and disturbs it once it has come so far.
  private func live(
    _ run: SimulatedRun,
    from endpoint: String,
    until isThere: (TemporaryFolder) -> Bool,
    _ disturb: (RunningProgram) -> Void
  ) throws -> (BuiltProgram.Outcome, TemporaryFolder) {
    let folder = try TemporaryFolder()
    var configuration = run.configuration
    configuration.source.endpoints = [endpoint]
    let file = folder.file("live.yaml")
    try configuration.describedInFull.write(toFile: file, atomically: true, encoding: .utf8)
    let program = try #require(BuiltProgram.tiltfold)
    let outcome = try program.run([
      "live", "--config", file, "--results", folder.file("results"),
      "--recording", folder.file("run.h5"),
    ]) { process in
      // Where wisdom is still gathered, the detector waits for the planner.
      let deadline = Date(timeIntervalSinceNow: 240)
      while process.isRunning, !isThere(folder) {
        guard Date() < deadline else {
          Issue.record("the run has not come so far")
          break
        }
        Thread.sleep(forTimeInterval: 0.1)
      }
      disturb(process)
    }
    return (outcome, folder)
  }
}
