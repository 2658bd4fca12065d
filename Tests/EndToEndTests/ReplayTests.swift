// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import HDF5Storage
import Imaging
import LivePipeline
import Ptychography
import TestSupport
import Testing

/// What was recorded can be run again.
@Suite(.serialized) struct ReplayTests {
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

  @Test func aPlainReplayWritesTheSameKindsOfResults() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 2
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
}
