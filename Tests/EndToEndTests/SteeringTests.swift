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
import Tomography
import WireFormat

/// What somebody changes while a run goes on, and how replays follow it.
@Suite(.serialized) struct SteeringTests {
  @Test func tiltsGoOutAndInAndReplaysFollow() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 7
    run.configuration.ptychography.iterations = 15
    // Close to one another: a replay that is behind the live run has fewer tilts to lay one on.
    run.parameters.firstAngle = TiltAngle(degrees: -24)
    run.parameters.lastAngle = TiltAngle(degrees: 24)
    run.configuration.registration.minimumConfidence = 0.2
    let recorded = try run.run()
    // One tilt at two energies, four more, and two more, with pauses as long as anybody wants.
    let pieces = try ControlledRun.pieces(of: recorded.messages(), before: [2, 10])
    let live = try run.run(pieces: pieces) { pipeline, sources in
      let desk = ControlledRun(pipeline: pipeline)
      ControlledRun.wait { pipeline.status.state == .waiting }
      ControlledRun.wait { desk.ask(#"{"request": "status"}"#).ok }
      for request in ["hold_back", "drop_tilt", "take_back"] {
        desk.refuse(
          #"{"request": "\#(request)", "tilt_index": 0}"#,
          "no projection has been folded"
        )
      }
      desk.refuse(#"{"request": "realign"}"#, "no projection has been folded")
      desk.refuse(#"{"request": "snapshot"}"#, "nothing to write")
      sources[0].start()
      ControlledRun.wait { pipeline.status.projectionsFolded >= 1 }
      desk.refuse(#"{"request": "realign"}"#, "needs 3")
      sources[1].start()
      ControlledRun.wait { pipeline.status.projectionsTaken >= 10 }

      desk.refuse(#"{"request": "hold_back", "tilt_index": 99}"#, "there is no tilt 99 in")
      desk.refuse(#"{"request": "hold_back", "rotation_angle_deg": 3.3}"#, "the nearest is tilt")
      desk.refuse(
        #"{"request": "hold_back", "tilt_index": 0, "tomogram_id": "other"}"#,
        "there is no tomogram other; there is "
      )
      desk.refuse(#"{"request": "take_back", "tilt_index": 1}"#, "takes part already")
      desk.follow(#"{"request": "hold_back", "tilt_index": 1}"#)
      desk.ask(#"{"request": "hold_back", "tilt_index": 1}"#, until: "is held back already")
      desk.follow(#"{"request": "take_back", "tilt_index": 1}"#)
      desk.ask(#"{"request": "take_back", "tilt_index": 1}"#, until: "takes part already")
      desk.follow(#"{"request": "drop_tilt", "tilt_index": 0}"#)
      desk.ask(#"{"request": "drop_tilt", "tilt_index": 0}"#, until: "was dropped already")
      desk.refuse(#"{"request": "take_back", "tilt_index": 0}"#, "measure it again")
      desk.follow(#"{"request": "realign"}"#)
      ControlledRun.wait {
        !desk.ask(#"{"request": "realign"}"#).text.contains("asked for before")
      }
      desk.follow(#"{"request": "hold_back", "rotation_angle_deg": \#(Self.angle(recorded, 2))}"#)
      let text = desk.follow(#"{"request": "snapshot", "directory": "five"}"#)
      #expect(text.contains("snapshots/five"))
      let results = pipeline.status.resultsPath ?? ""
      ControlledRun.wait {
        FileManager.default.fileExists(atPath: "\(results)/snapshots/five/tomogram.h5")
      }
      desk.refuse(#"{"request": "snapshot", "directory": "five"}"#, "choose another name")
      sources[2].start()
      ControlledRun.wait { pipeline.status.tomogramsComplete >= 1 }
    }
    let tomogram = try live.tomogram()
    #expect(tomogram.tilts.count == 6)
    #expect(tomogram.accepted == [true, false, true, true, true, true])
    #expect(tomogram.heldBackReasons == ["", "held back on request", "", "", "", ""])
    let table = try String(contentsOfFile: "\(live.results)/alignment.csv", encoding: .utf8)
    #expect(table.contains("held back on request"))
    #expect(live.summary.tomograms[0].leftOut == [2] && live.summary.tomograms[0].heldBack.isEmpty)
    #expect(live.events.contains { $0.message.contains("are aligned jointly, ") })
    #expect(live.events.contains { $0.message.contains("tilt 2 is left out on request") })

    let snapshot = "\(live.results)/snapshots/five"
    let files = try FileManager.default.contentsOfDirectory(atPath: snapshot).sorted()
    for name in ["alignment.csv", "alignment.png", "tomogram.h5", "volume-slices.png"] {
      #expect(files.contains(name), "\(files)")
    }
    #expect(try readTomogram("\(snapshot)/tomogram.h5").tilts.count == 4)
    #expect(!FileManager.default.fileExists(atPath: "\(snapshot).unfinished"))

    let requests = try ControlledRun.requests(in: live.recording)
    #expect(requests.contains("realign_asked"))
    #expect(
      requests.filter { $0 != "realign_asked" }.sorted() == [
        "drop_tilt", "hold_back", "hold_back", "snapshot", "take_back",
      ],
      "\(requests)"
    )
    // To the bit as recorded, and the same tilts in a plain replay.
    let (again, plain) = try live.replays(of: run)
    #expect(again.tomogram.accepted == tomogram.accepted)
    #expect(again.tomogram.shifts == tomogram.shifts)
    #expect(again.tomogram.volumes == tomogram.volumes)
    #expect(plain.tomogram.tilts == tomogram.tilts)
    #expect(plain.tomogram.accepted == tomogram.accepted)
    #expect(plain.tomogram.heldBackReasons == tomogram.heldBackReasons)
  }

  /// At an instrument that leaves no pause, one scan or the other is always in work.
  @Test func whatWaitsForAPauseIsDoneBesideAScanInTheEnd() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 9
    run.configuration.ptychography.iterations = 10
    run.configuration.ptychography.stagnationTolerance = 0
    run.configuration.registration.minimumConfidence = 0.2
    let recorded = try run.run()
    let pieces = try ControlledRun.pieces(of: recorded.messages(), before: [17])
    run.patience = 0.2
    let live = try run.run(pieces: pieces) { pipeline, sources in
      let desk = ControlledRun(pipeline: pipeline)
      sources[0].start()
      ControlledRun.wait { pipeline.status.projectionsTaken == 17 }
      desk.follow(#"{"request": "set", "key": "ptychography.iterations", "value": 2000}"#)
      sources[1].start()
      ControlledRun.wait { pipeline.status.scansStarted == 18 && pipeline.status.scanFrames == 25 }
      desk.follow(#"{"request": "realign"}"#)
      desk.follow(#"{"request": "measure_resolution"}"#)
      ControlledRun.wait { pipeline.status.shellTilts > 0 }
      #expect(pipeline.status.scansFinished == 17)
    }
    let steps = try RecordingReader(path: live.recording).schedule()
    let aligned = steps.firstIndex { $0.contains(#""step":"realign""#) }
    let lastScan = steps.lastIndex { $0.contains(#""step":"fold""#) }
    #expect(try #require(aligned) < #require(lastScan))
    #expect(live.events.contains { $0.message.contains("are aligned jointly, ") })
    let again = try SimulatedRun.replay(
      live,
      into: "again",
      configuration: run.configuration,
      asRecorded: true
    )
    #expect(try again.tomogram.volumes == live.tomogram().volumes)
  }

  @Test func parametersAreListedSetAndFollowedByBothKindsOfReplay() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    let gate = SourceGate(after: 2)
    run.gate = gate
    run.configuration.ptychography.iterations = 20
    let live = try run.run { pipeline in
      defer { gate.open() }
      let desk = ControlledRun(pipeline: pipeline)
      ControlledRun.wait { pipeline.status.scansFinished >= 2 }
      let listed = desk.ask(#"{"request": "parameters", "id": "q"}"#)
      #expect(listed.id == .text("q"))
      let parameters = listed.parameters ?? []
      #expect(parameters.count > 30)
      #expect(Set(parameters.map(\.key)).count == parameters.count)
      let beta = parameters.first { $0.key == "ptychography.beta" }
      #expect(beta?.value == .number(0.75) && beta?.minimum == 0.5 && beta?.maximum == 1)
      for parameter in parameters {
        #expect(!parameter.meaning.isEmpty && !parameter.effect.isEmpty)
        // What stands there can be set, and beyond the bounds nothing can.
        let value = parameter.value.map { "\($0)" } ?? "null"
        desk.follow(#"{"request": "set", "key": "\#(parameter.key)", "value": \#(value)}"#)
        guard
          let (low, high) = parameter.minimum.flatMap({ low in
            parameter.maximum.map { (low, $0) }
          })
        else {
          desk.refuse(
            #"{"request": "set", "key": "\#(parameter.key)", "value": 3}"#,
            "true or false"
          )
          continue
        }
        for bad in [low - 1, 2 * high + 1] {
          desk.refuse(
            #"{"request": "set", "key": "\#(parameter.key)", "value": \#(bad)}"#,
            parameter.key
          )
        }
        for bad in [#""many""#, "true", #""[1, 2]""#, #""*a""#, "NaN", #""0x10""#] {
          desk.refuse(
            #"{"request": "set", "key": "\#(parameter.key)", "value": \#(bad)}"#,
            "expected"
          )
        }
      }
      desk.refuse(#"{"request": "set", "key": "source.connect", "value": 1}"#, "cannot be changed")
      desk.refuse(#"{"request": "set", "key": "tomography.volume_side", "value": 64}"#, "cannot be")
      desk.refuse(
        #"{"request": "set", "key": "ptychography.betta", "value": 1}"#,
        "ptychography.beta"
      )
      // Two keys that do not fit together.
      desk.refuse(
        #"{"request": "set", "key": "tomography.settling_sweeps", "value": 900}"#,
        "settling"
      )
      let words = desk.follow(#"{"request": "set", "key": "ptychography.iterations", "value": 31}"#)
      #expect(words.contains("is 31, was 20: for every scan whose last frame has not come yet"))
      desk.follow(#"{"request": "set", "key": "ptychography.modulus_relaxation", "value": 0.2}"#)
      desk.follow(#"{"request": "set", "key": "tomography.relaxation", "value": 0.3}"#)
      desk.follow(#"{"request": "set", "key": "registration.minimum_confidence", "value": 0.3}"#)
    }
    let iterations = { (summary: RunSummary) in
      Dictionary(uniqueKeysWithValues: summary.scans.map { ($0.scan, $0.iterations) })
    }
    let (again, plain) = try live.replays(of: run)
    #expect(iterations(again.summary) == iterations(live.summary))
    let tomogram = try live.tomogram()
    #expect(again.tomogram.volumes == tomogram.volumes)
    #expect(tomogram.parameters.contains("relaxation: 0.3"))
    // The same scans have the new value in a plain replay, by their place in the stream.
    #expect(plain.tomogram.parameters.contains("relaxation: 0.3"))
    let relaxations = try live.summary.scans.map { scan in
      let mine = try Self.relaxation(of: scan.scan, in: live.results)
      #expect(try Self.relaxation(of: scan.scan, in: live.folder.file("plain")) == mine)
      return mine.contains("0.2")
    }
    #expect(relaxations.contains(true) && relaxations.contains(false))

    var options = Pipeline.Options(run.configuration)
    options.results = live.folder.file("left")
    options.replay.followsChanges = false
    var configuration = run.configuration
    configuration.previews.isEnabled = false
    _ = try Pipeline(
      configuration: configuration,
      source: .recording(live.recording),
      options: options
    ).run()
    let left = try readTomogram("\(options.results)/tomogram.h5")
    #expect(!left.parameters.contains("relaxation: 0.3"))
  }

  /// Whoever holds a tilt back between its energies knows what becomes of the second one.
  @Test func theSecondEnergyOfATiltThatIsHeldBackIsNoWarning() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.configuration.ptychography.iterations = 15
    let recorded = try run.run()
    let pieces = try ControlledRun.pieces(of: recorded.messages(), before: [3])
    let live = try run.run(pieces: pieces) { pipeline, sources in
      sources[0].start()
      // The third may not be laid on so few.
      ControlledRun.wait { pipeline.status.projectionsTaken >= 3 }
      ControlledRun(pipeline: pipeline).follow(#"{"request": "hold_back", "tilt_index": 1}"#)
      sources[1].start()
    }
    let name = "simulated_tilt001_energy1"
    let told = live.events.filter { $0.scan == name && $0.message.contains("held back on request") }
    #expect(told.count == 1 && told.first?.severity == .info, "\(live.events)")
    #expect(live.summary.isWhole, "\(live.summary.events)")
    #expect(live.summary.tomograms.first?.leftOut == [1])
    let replays = try live.replays(of: run)
    for replay in [replays.asRecorded, replays.plain] {
      #expect(replay.tomogram.accepted == [true, false, true])
    }
  }

  private static func angle(_ outcome: SimulatedRun.Outcome, _ tilt: Int) -> Double {
    (try? outcome.tomogram().tilts[tilt].degrees) ?? .nan
  }

  /// The modulus relaxation that a scan's result says it was made with.
  private static func relaxation(of scan: String, in folder: String) throws -> String {
    let file = try StorageFile(reading: "\(folder)/scans/\(scan).cxi")
    let text = try file.readText(at: "/entry_1/image_1/process_1/parameters")
    return text.split(separator: "\n").map(String.init)
      .first { $0.contains("modulus_relaxation:") } ?? ""
  }
}
