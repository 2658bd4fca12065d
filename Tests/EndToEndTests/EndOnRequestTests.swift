// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import Ptychography
import Synchronization
import TestSupport
import Testing
import Tomography
import WireFormat

/// Scans and runs that somebody ends before their source does, and how replays follow that.
///
/// The source rests where something is asked for, so that the frames that have come are known.
@Suite(.serialized) struct EndOnRequestTests {
  /// Runs what a simulated source has sent, in pieces that are let go one by one.
  private static func run(
    _ run: SimulatedRun,
    inPiecesUpTo ends: [(scan: Int, frames: Int)],
    _ body: @escaping @Sendable (Pipeline, [MessageSource]) -> Void
  ) throws -> SimulatedRun.Outcome {
    let pieces = try ControlledRun.pieces(of: run.run().messages(), upTo: ends)
    return try run.run(pieces: pieces, body)
  }

  /// Runs a few tilts until so many frames of a scan have come, and ends the run.
  private static func endedRun(
    tilts: Int,
    scan: Int,
    came: Int
  ) throws -> (run: SimulatedRun, live: SimulatedRun.Outcome) {
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = tilts
    run.configuration.ptychography.iterations = 15
    let live = try Self.run(run, inPiecesUpTo: [(scan, came)]) { pipeline, sources in
      sources[0].start()
      ControlledRun.wait {
        pipeline.status.scansStarted == scan + 1 && pipeline.status.scanFrames == came
      }
      pipeline.requestFinish()
    }
    return (run, live)
  }

  @Test func aScanThatSomebodyGaveUpIsNotFoldedInAnyReplay() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.configuration.ptychography.iterations = 15
    let live = try Self.run(run, inPiecesUpTo: [(2, 9)]) { pipeline, sources in
      let desk = ControlledRun(pipeline: pipeline)
      sources[0].start()
      ControlledRun.wait { pipeline.status.scansStarted == 3 && pipeline.status.scanFrames == 9 }
      #expect(desk.follow(#"{"request": "abort"}"#).contains("tilt001_energy0"))
      desk.refuse(#"{"request": "abort", "scan": "no-such-scan"}"#, "no scan no-such-scan goes on")
      sources[1].start()
      ControlledRun.wait { pipeline.status.scansFinished >= 6 }
      pipeline.requestFinish()
    }
    let name = "simulated_tilt001_energy0"
    let frames = { (summary: RunSummary) in summary.scans.first { $0.scan == name }?.frames }
    #expect(frames(live.summary) == 9)
    Self.checkThatNothingIsWrong(live)
    #expect(
      live.events.contains { $0.scan == name && $0.message.contains("given up on request after") }
    )
    #expect(
      live.events.contains { $0.scan == name && $0.message.contains("not folded: it was given up") }
    )
    let replays = try live.replays(of: run)
    for replay in [replays.asRecorded, replays.plain] {
      #expect(frames(replay.summary) == 9)
      let coverage = replay.tomogram.coverage[0][1]
      #expect(coverage.values.allSatisfy { $0 == 0 })
    }
  }

  /// What its source gives up while it is iterated is folded by no replay, either.
  @Test func aScanThatItsSourceGaveUpIsNotFoldedInAnyReplay() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 2
    run.configuration.ptychography.iterations = 15
    // The last one: no step of the schedule needs a message after its frames.
    let name = "simulated_tilt001_energy1"
    let dialect = NativeDialect()
    let messages = try run.run().messages().map { parts in
      guard case .stop(let scan, let sequence) = try dialect.decode(parts), scan == name else {
        return parts
      }
      return dialect.encode(.abort(scan: name, sequence: nil), sequence: sequence ?? 0)
    }
    let live = try run.run(pieces: [messages]) { pipeline, sources in
      sources[0].start()
      ControlledRun.wait { pipeline.status.scansFinished >= 4 }
      pipeline.requestFinish()
    }
    #expect(
      live.events.contains { $0.scan == name && $0.message.contains("not folded: it was given up") }
    )
    let replays = try live.replays(of: run)
    let tomograms = [try live.tomogram(), replays.asRecorded.tomogram, replays.plain.tomogram]
    for tomogram in tomograms {
      let isEmpty = (0..<2).map { tomogram.coverage[1][$0].values.allSatisfy { $0 == 0 } }
      #expect(isEmpty == [false, true])
    }
    let isSame = replays.asRecorded.tomogram.volumes == tomograms[0].volumes
    #expect(isSame)
  }

  /// A run that somebody ends in the middle of a scan finishes with what it has, and so do replays.
  ///
  /// That the scan has too few frames to be folded, or none, is no fault then.
  @Test(arguments: [13, 3, 0])
  func aRunThatEndsInTheMiddleOfAScanIsFollowedToTheBit(came: Int) throws {
    let (run, live) = try Self.endedRun(tilts: 2, scan: 1, came: came)
    let name = "simulated_tilt000_energy1"
    let frames = { (summary: RunSummary) in summary.scans.first { $0.scan == name }?.frames ?? 0 }
    #expect(frames(live.summary) == came)
    // What was never asked for is not lost.
    #expect(live.summary.counters.missingFrames == 0 && live.summary.isWhole)
    let volumes = try live.tomogram().volumes
    #expect(volumes.count == (came >= run.configuration.ptychography.minimumFrames ? 2 : 1))
    let replays = try live.replays(of: run)
    for replay in [replays.asRecorded, replays.plain] {
      #expect(frames(replay.summary) == came)
      #expect(replay.summary.isWhole, "\(replay.summary.shortcomings)")
    }
    let isSame = replays.asRecorded.tomogram.volumes == volumes
    #expect(isSame)
  }

  /// Who ends a run before anything can be folded has no volume, and nothing is wrong.
  @Test(arguments: [3, 0]) func aRunThatEndsInItsFirstScanIsWhole(came: Int) throws {
    let (_, live) = try Self.endedRun(tilts: 1, scan: 0, came: came)
    #expect(live.summary.counters.used == came)
    #expect(live.summary.isWhole, "\(live.summary.events)")
    #expect(live.events.allSatisfy { $0.severity != .error })
    #expect(live.events.contains { $0.message.contains("no projection could be placed") })
  }

  /// A tilt that is measured again counts once, and stays what it is where that is given up.
  @Test func aRepetitionThatIsGivenUpLeavesWhatIsThere() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 2
    run.configuration.ptychography.iterations = 15
    let dialect = NativeDialect()
    let recorded = try run.run().messages()
    let scans = try ControlledRun.pieces(of: recorded, before: [1, 2, 3]).map { piece in
      try piece.map { try dialect.decode($0) }
    }
    var again = scans[1]
    again[again.count - 1] = .abort(scan: nil, sequence: nil)
    let events = scans[0] + scans[1] + scans[2] + again + scans[3]
    let messages = events.enumerated().map { dialect.encode($1, sequence: $0) }
    let last = messages.count - scans[3].count
    let words = AlignmentWords()
    run.listeners = [words]
    let pieces = [Array(messages[..<last]), Array(messages[last...])]
    let live = try run.run(pieces: pieces) { pipeline, sources in
      sources[0].start()
      ControlledRun.wait {
        pipeline.status.scansFinished == 4 && pipeline.status.tomogramScansFinished == 3
      }
      sources[1].start()
    }
    #expect(live.summary.scans.count == 5)
    #expect(live.events.contains { $0.message.contains("not folded: it was given up") })
    #expect(live.summary.isWhole, "\(live.summary.events)")
    let lacking = words.newest.withLock { $0.filter { $0.key.hasPrefix("left_out_") } }
    #expect(lacking.isEmpty, "\(lacking)")
  }

  /// The words of the newest `alignment`.
  private final class AlignmentWords: PreviewListener {
    let newest = Mutex<[String: String]>([:])
    var isFollowed: Bool { true }

    func receive(topic: PreviewTopic, parts: [SharedBytes]) {
      guard topic == .alignment, let message = try? PreviewMessage.decode(parts) else { return }
      newest.withLock { $0 = message.header.text }
    }
  }

  /// The rest of the scan, which the source still sends, is no fault; so few frames are not folded.
  @Test func aScanThatSomebodyEndsIsFinishedWithWhatItHas() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 2
    run.configuration.ptychography.iterations = 15
    let words = AlignmentWords()
    run.listeners = [words]
    let live = try Self.run(run, inPiecesUpTo: [(0, 14), (2, 3)]) { pipeline, sources in
      let desk = ControlledRun(pipeline: pipeline)
      sources[0].start()
      ControlledRun.wait { pipeline.status.scansStarted == 1 && pipeline.status.scanFrames == 14 }
      desk.follow(#"{"request": "finish_scan"}"#)
      sources[1].start()
      ControlledRun.wait { pipeline.status.scansStarted == 3 && pipeline.status.scanFrames == 3 }
      desk.follow(#"{"request": "finish_scan"}"#)
      desk.refuse(#"{"request": "finish_scan"}"#, "no scan goes on")
      sources[2].start()
    }
    let (many, few) = ("simulated_tilt000_energy0", "simulated_tilt001_energy0")
    let frames = Dictionary(uniqueKeysWithValues: live.summary.scans.map { ($0.scan, $0.frames) })
    #expect(frames[many] == 14 && frames[few] == 3, "\(frames)")
    Self.checkThatNothingIsWrong(live)
    for name in [many, few] {
      #expect(
        live.events.contains {
          $0.scan == name && $0.message.contains("was ended on request after")
        }
      )
    }
    // What is not in the volume is missed by the summary, too.
    #expect(live.summary.shortcomings == ["1 projection not folded into simulated"])
    let warnings = live.events.filter { $0.severity != .info }
    #expect(warnings.map(\.scan) == [few], "\(warnings)")
    #expect(warnings.first?.message.contains("of 25 frames are too few") == true)
    // The other energy is in, and whoever looks sees what is not.
    let lacking = words.newest.withLock { $0.filter { $0.key.hasPrefix("left_out_") } }
    #expect(lacking.count == 1)
    #expect(
      lacking.values.first?.hasPrefix("not folded at 708.2 eV: 3 of 25 frames are too few") == true,
      "\(lacking)"
    )
    let replays = try live.replays(of: run)
    for replay in [replays.asRecorded, replays.plain] {
      for scan in replay.summary.scans { #expect(scan.frames == frames[scan.scan], "\(scan.scan)") }
      #expect(replay.summary.counters.afterEnd == live.summary.counters.afterEnd)
      #expect(replay.summary.shortcomings == live.summary.shortcomings)
      // Of the tilt at which one scan was too short, that energy has nothing.
      let isEmpty = (0..<2).map { energy in
        replay.tomogram.coverage[energy][1].values.allSatisfy { $0 == 0 }
      }
      #expect(isEmpty == [true, false])
    }
  }

  /// What a source still sends of a scan that somebody ended makes no run unwell.
  private static func checkThatNothingIsWrong(_ live: SimulatedRun.Outcome) {
    let counters = live.summary.counters
    #expect(counters.afterEnd > 0)
    #expect(counters.unusable == 0 && counters.strayMarks == 0 && counters.missingFrames == 0)
    #expect(counters.used + counters.afterEnd == counters.exposures)
    var status = RunStatus()
    status.counters = counters
    #expect(RunHealth(PreviewMessage(status: status).header).isHealthy)
  }
}
