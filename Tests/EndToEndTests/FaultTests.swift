// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import HDF5Storage
import Imaging
import LivePipeline
import Ptychography
import Synchronization
import TestSupport
import Testing

/// A source that loses, doubles, cuts and shuffles its messages: everything is counted, the run
/// goes on.
@Suite(.serialized) struct FaultTests {
  @Test func lostDoubledAndShuffledFramesAreCountedAndSurvived() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 2
    run.configuration.ptychography.iterations = 20
    run.faults.dropFraction = 0.1
    run.faults.duplicateFraction = 0.1
    run.faults.swapFraction = 0.1
    run.faults.truncateFraction = 0.05
    let outcome = try run.run()
    let counters = outcome.summary.counters
    let sent = outcome.sent
    #expect(sent.dropped > 0 && sent.duplicated > 0 && sent.swapped > 0 && sent.truncated > 0)
    // A frame that is cut may be sent twice.
    #expect((sent.truncated...2 * sent.truncated).contains(counters.malformed))
    #expect(counters.duplicates >= sent.duplicated - sent.truncated)
    // What cannot be read has no number either.
    #expect(counters.missingMessages >= sent.dropped)
    #expect(counters.missingMessages <= sent.dropped + sent.truncated)
    #expect(counters.missingFrames == counters.missingMessages)
    #expect(counters.used == sent.exposures - counters.missingFrames)
    #expect(outcome.summary.scans.count == 4)
    #expect(!outcome.summary.isWhole)
    // Each kind once for each scan, not once for each frame.
    let gaps = outcome.events.count { $0.message.contains("did not arrive") }
    #expect((1...4).contains(gaps))
  }

  @Test func messagesThatNobodyShouldBelieveAreCountedAndSurvived() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 2
    run.configuration.ptychography.iterations = 20
    run.faults.hostileFraction = 0.2
    run.faults.wrongSizeFraction = 0.1
    run.faults.doubleStartFraction = 1
    let outcome = try run.run()
    let counters = outcome.summary.counters
    let faults = outcome.sent.faults
    #expect(faults.hostile > 5 && faults.wrongSizes > 2 && faults.doubleStarts == 4)
    #expect(counters.malformed == faults.hostile + faults.wrongSizes)
    #expect(counters.used == outcome.sent.exposures - faults.wrongSizes)
    #expect(outcome.summary.scans.count == 4)
  }

  @Test func aStartWithoutStopIsEndedByTheNextStartAndByTime() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 2
    run.configuration.ptychography.iterations = 10
    run.configuration.source.idleTime = 5
    run.faults.omitsStop = true
    let outcome = try run.run()
    #expect(outcome.summary.scans.count == 4)
    #expect(outcome.summary.counters.used == outcome.sent.exposures)
    #expect(outcome.summary.framesLost == 0)
  }

  /// Small scans that are cut when newer ones wait.
  private static func pressedRun(unfinishedScans: Int) -> SimulatedRun {
    var run = SimulatedRun()
    run.parameters.tiltCount = 3
    run.parameters.scanColumns = 3
    run.parameters.scanRows = 3
    run.configuration.compute.whenBehind = .cut
    run.configuration.compute.unfinishedScans = unfinishedScans
    return run
  }

  /// A source that cannot wait: scans are finished with what they have, and said so.
  @Test func aScanIsCutShortWhenNewerOnesWait() throws {
    var run = Self.pressedRun(unfinishedScans: 2)
    run.configuration.ptychography.iterations = 2000
    let outcome = try run.run()
    #expect(outcome.summary.scans.count == 6)
    #expect(outcome.summary.scans.contains { $0.iterations < 2000 })
    #expect(outcome.summary.counters.used == outcome.sent.exposures)
    #expect(outcome.events.contains { $0.message.contains("replay runs them all") })
  }

  /// What a batch of frames is given does not hold up the frames and scans that come after it.
  @Test func aLongBatchGivesWay() throws {
    var run = Self.pressedRun(unfinishedScans: 1)
    run.configuration.ptychography.iterationsPerBatch = 1000
    let outcome = try run.run()
    let cut = outcome.summary.scans.filter { $0.end == .cut }
    #expect(outcome.summary.scans.count == 6)
    #expect(!cut.isEmpty)
    #expect(cut.allSatisfy { $0.iterations < 1000 }, "\(cut.map(\.iterations))")
    #expect(outcome.summary.counters.used == outcome.sent.exposures)
  }

  /// All frames are there before a slow solver is done with the first scan.
  @Test func framesDoNotWaitForTheSolver() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 2
    // Many, so that even a source that is held up for seconds sends all before.
    run.configuration.ptychography.iterations = 1000
    run.configuration.ptychography.iterationsPerBatch = 1000
    run.configuration.ptychography.stagnationTolerance = 0
    run.configuration.compute.whenBehind = .cut
    run.configuration.compute.unfinishedScans = 10
    let finished = Atomic(-1)
    let outcome = try run.run { pipeline in
      ControlledRun.wait { pipeline.status.counters.exposures >= 100 }
      finished.store(pipeline.status.scansFinished, ordering: .sequentiallyConsistent)
    }
    #expect(outcome.summary.counters.used == 100)
    #expect(finished.load(ordering: .sequentiallyConsistent) == 0)
    #expect(outcome.summary.scans.allSatisfy { $0.end == .iterations && $0.iterations >= 1000 })
  }

  @Test func aRunThatIsStoppedFinishesTheScanInHand() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 20
    run.framesPerSecond = 50
    run.isRecorded = true
    run.configuration.ptychography.iterations = 20
    let outcome = try run.run { pipeline in
      ControlledRun.wait {
        let status = pipeline.status
        return status.scansFinished >= 2 && status.scansStarted >= 3
          && (5..<25).contains(status.scanFrames)
      }
      pipeline.requestFinish()
    }
    let summary = outcome.summary
    #expect(summary.scans.count >= 3 && summary.scans.count < 40)
    #expect(summary.scans.last.map { $0.frames > 0 } == true)
    #expect(summary.tomograms.count == 1)
    #expect(try outcome.tomogram().volumes.count == 2)
    #expect(!outcome.folder.names.contains { $0.contains("partial") })
  }
}
