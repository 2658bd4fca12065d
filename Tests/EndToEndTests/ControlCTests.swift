// SPDX-License-Identifier: BSD-3-Clause

import DetectorSimulator
import Foundation
import HDF5Storage
import LivePipeline
import Ptychography
import TestSupport
import Testing

/// Ctrl-C: the first ends a run in good order, the second one at once.
@Suite(.serialized, .enabled(if: BuiltProgram.tiltfold != nil, "tiltfold is not built"))
struct ControlCTests {
  @Test func theFirstCtrlCFinishesTheScanInHandAndLeavesWholeFiles() throws {
    let (outcome, folder) = try interrupted(iterations: 20) { process in process.interrupt() }
    // Frames that were never asked for are not lost: the run did what it was told.
    #expect(outcome.code == 0, "\(outcome.errors)")
    let tomogram = try readTomogram(folder.file("results/tomogram.h5"))
    #expect(tomogram.volumes.count == 2)
    let data = try Data(contentsOf: URL(filePath: folder.file("results/summary.json")))
    let summary = try JSONDecoder().decode(RunSummary.self, from: data)
    #expect(summary.scans.count >= 2)
    #expect(summary.counters.used > 0)
    let (messages, steps) = try recorded(in: folder)
    #expect(messages == summary.counters.messages)
    #expect(steps > 0)
    let results = try FileManager.default.subpathsOfDirectory(atPath: folder.file("results"))
    #expect(!results.contains { $0.contains(".partial") })
  }

  @Test func theSecondCtrlCLeavesAtOnce() throws {
    let (outcome, folder) = try interrupted(iterations: 20, lastIterations: 100_000) { process in
      process.interrupt()
      Thread.sleep(forTimeInterval: 0.5)
      process.interrupt()
    }
    #expect(outcome.code == 130, "\(outcome.errors)")
    // What was received is there all the same.
    #expect(try recorded(in: folder).messages > 10)
  }

  /// Messages and steps of the schedule in the recording, which nobody writes any more.
  private func recorded(in folder: TemporaryFolder) throws -> (messages: Int, steps: Int) {
    let reader = try RecordingReader(path: folder.file("run.h5"))
    let isGrowing = reader.isGrowing
    #expect(!isGrowing)
    return (reader.messageCount, reader.scheduleCount)
  }

  /// Runs `tiltfold live` against a simulated detector and disturbs it when two scans are done.
  private func interrupted(
    iterations: Int,
    lastIterations: Int? = nil,
    _ disturb: (RunningProgram) -> Void
  ) throws -> (BuiltProgram.Outcome, TemporaryFolder) {
    let folder = try TemporaryFolder()
    var run = SimulatedRun()
    run.parameters.tiltCount = 20
    run.framesPerSecond = 40
    let source = SimulatedSource(run)
    defer { source.cancel() }
    var configuration = run.configuration
    configuration.source.endpoints = [source.endpoint]
    configuration.ptychography.iterations = lastIterations ?? iterations
    configuration.compute.unfinishedScans = 50
    let file = folder.file("live.yaml")
    try configuration.describedInFull.write(toFile: file, atomically: true, encoding: .utf8)
    let program = try #require(BuiltProgram.tiltfold)
    let outcome = try program.run([
      "live", "--config", file, "--results", folder.file("results"),
      "--recording", folder.file("run.h5"),
    ]) { process in
      // Where wisdom is still gathered, the detector waits for the planner.
      let until = Date(timeIntervalSinceNow: 240)
      // Long iterations finish no scan: then a recording that has grown must do.
      while process.isRunning, Date() < until {
        Thread.sleep(forTimeInterval: 0.1)
        let scans = try? FileManager.default.contentsOfDirectory(
          atPath: folder.file("results/scans")
        )
        let reader = try? RecordingReader(path: folder.file("run.h5")).messageCount
        if lastIterations == nil ? (scans?.count ?? 0) >= 2 : (reader ?? 0) > 80 { break }
      }
      disturb(process)
    }
    return (outcome, folder)
  }
}
