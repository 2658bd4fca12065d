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
import WireFormat

/// A reconstruction that rests while everything is received and recorded, and requests that mean harm.
@Suite(.serialized) struct PauseTests {
  @Test(arguments: [WhenBehind.wait, .cut])
  func whatComesWhileTheReconstructionRestsIsRecordedAndWorkedOff(whenBehind: WhenBehind) throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 5
    // One tilt comes before the rest, all others in it.
    let gate = SourceGate(after: 2)
    run.gate = gate
    let iterations = whenBehind == .wait ? 15 : 5
    run.configuration.ptychography.iterations = iterations
    run.configuration.compute.whenBehind = whenBehind
    let live = try run.run { pipeline in
      let desk = ControlledRun(pipeline: pipeline)
      ControlledRun.wait { pipeline.status.projectionsFolded >= 2 }
      desk.refuse(#"{"request": "resume"}"#, "does not rest")
      #expect(desk.follow(#"{"request": "pause"}"#).contains("receiving and recording go on"))
      desk.refuse(#"{"request": "pause"}"#, "rests already")
      #expect(pipeline.status.isPaused)
      #expect(desk.ask(#"{"request": "status"}"#).text.contains("rests"))
      let (scans, iteration) = (pipeline.status.scansFinished, pipeline.status.iteration)
      let bytes = pipeline.status.recordedBytes
      gate.open()
      // Nearly all that is left; the queue before the intake holds 64 of it.
      ControlledRun.wait { pipeline.status.intakeBehind >= 140 }
      #expect(pipeline.status.intakeBehind >= 140)
      #expect(pipeline.status.recordedBytes > bytes)
      #expect(pipeline.status.scansFinished == scans && pipeline.status.iteration == iteration)
      // What came meanwhile would be left out.
      desk.refuse(#"{"request": "finish_scan"}"#, "let it go on")
      // What is asked for twice is judged by what was asked for, though nothing is done yet.
      desk.follow(#"{"request": "hold_back", "tilt_index": 0}"#)
      desk.refuse(#"{"request": "hold_back", "tilt_index": 0}"#, "held back already")
      desk.follow(#"{"request": "take_back", "tilt_index": 0}"#)
      desk.refuse(#"{"request": "take_back", "tilt_index": 0}"#, "takes part already")
      desk.follow(#"{"request": "snapshot"}"#)
      let results = pipeline.status.resultsPath ?? ""
      ControlledRun.wait { FileManager.default.fileExists(atPath: "\(results)/snapshots/001") }
      #expect(desk.follow(#"{"request": "resume"}"#).contains("worked off first"))
      #expect(!pipeline.status.isPaused)
    }
    #expect(live.summary.counters.used == live.sent.exposures)
    #expect(live.summary.framesLost == 0 && live.summary.isWhole, "\(live.summary.events)")
    #expect(live.summary.scans.count == 10)
    // None was cut short for what had come meanwhile.
    #expect(live.summary.scans.allSatisfy { $0.end != .cut && $0.iterations >= iterations })
    #expect(
      try ControlledRun.requests(in: live.recording) == [
        "pause", "snapshot", "resume", "hold_back", "take_back",
      ]
    )
    let again = try SimulatedRun.replay(
      live,
      into: "again",
      configuration: run.configuration,
      asRecorded: true
    )
    #expect(again.tomogram.volumes == (try live.tomogram().volumes))
  }

  @Test func aRestThatWouldLoseSomethingIsRefused() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 1
    let gate = SourceGate(after: 1)
    run.gate = gate
    run.configuration.ptychography.iterations = 10
    let live = try run.run { pipeline in
      let desk = ControlledRun(pipeline: pipeline)
      ControlledRun.wait { pipeline.status.scansStarted >= 1 }
      desk.refuse(#"{"request": "pause"}"#, "nothing is recorded")
      gate.open()
    }
    #expect(live.summary.scans.count == 2)
  }

  @Test func aRunThatRestsCanBeEnded() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.framesPerSecond = 60
    let gate = SourceGate(after: 2)
    run.gate = gate
    run.configuration.ptychography.iterations = 10
    let live = try run.run { pipeline in
      let desk = ControlledRun(pipeline: pipeline)
      ControlledRun.wait { pipeline.status.scansStarted >= 2 }
      desk.follow(#"{"request": "pause"}"#)
      gate.open()
      ControlledRun.wait { pipeline.status.intakeBehind >= 5 }
      pipeline.requestFinish()
    }
    let reader = try RecordingReader(path: live.recording)
    #expect(live.summary.counters.messages == reader.messageCount)
    #expect(live.summary.scans.count >= 2)
  }

  @Test func noRequestHarmsARun() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 2
    let gate = SourceGate(after: 2)
    run.gate = gate
    run.configuration.ptychography.iterations = 10
    let live = try run.run { pipeline in
      let desk = ControlledRun(pipeline: pipeline)
      ControlledRun.wait { pipeline.status.scansFinished >= 1 }
      let long = String(repeating: "x", count: 1 << 20)
      for bad in [
        "", "{", "[]", "null", "\"status\"", "{}", #"{"request": null}"#, #"{"request": []}"#,
        #"{"request": "\#(long)"}"#, String(repeating: "[", count: 1 << 16),
        String(repeating: #"{"a":"#, count: 5000), #"{"request": "set", "key": [], "value": 1}"#,
        #"{"request": "set", "key": "ptychography.beta", "value": [0.6]}"#,
        #"{"request": "set", "key": "ptychography.beta", "value": "&a [*a, *a]"}"#,
        #"{"request": "set", "key": "ptychography.beta", "value": "!!python/object:os.system"}"#,
        #"{"request": "set", "key": "ptychography.beta", "value": 1e400}"#,
        #"{"request": "set", "key": "", "value": 1}"#,
        #"{"request": "set", "key": "..", "value": 1}"#,
        #"{"request": "place", "scan": {}, "rotation_angle_deg": 1}"#,
        #"{"request": "snapshot", "directory": "../../../tmp/x"}"#,
        #"{"request": "snapshot", "directory": "~"}"#,
        #"{"request": "hold_back", "tilt_index": 1e30}"#,
        #"{"request": "hold_back", "tilt_index": 0, "tomogram_id": "\u0000"}"#,
        #"{"request": "realign", "tomogram_id": "'; DROP TABLE tilts"}"#,
      ] {
        let reply = desk.ask(bad)
        #expect(!reply.ok && !reply.text.isEmpty, "\(bad.prefix(100)): \(reply.text)")
        #expect(reply.text.utf8.count < 2000, "\(bad.prefix(100))")
      }
      for bytes in [[UInt8](repeating: 0xFF, count: 1000), [0x80, 0x04], [0x7B, 0xC0, 0x7D]] {
        let answer = try? ControlReply.decode([SharedBytes(pipeline.control(bytes))])
        #expect(answer?.ok == false)
      }
      // Many at once, from many threads.
      DispatchQueue.concurrentPerform(iterations: 64) { number in
        switch number % 4 {
        case 0: desk.follow(#"{"request": "status"}"#)
        case 1: desk.follow(#"{"request": "parameters"}"#)
        case 2: desk.follow(#"{"request": "set", "key": "ptychography.beta", "value": 0.7}"#)
        default: desk.refuse(#"{"request": "hold_back", "tilt_index": 1000}"#, " ")
        }
      }
      gate.open()
    }
    #expect(live.summary.isWhole, "\(live.summary.events)")
    #expect(live.summary.scans.count == 4)
  }

  @Test func whereNoRunGoesOnRequestsAreRefusedInWords() throws {
    let pipeline = Pipeline(
      configuration: PipelineConfiguration(),
      source: .stream,
      options: Pipeline.Options(PipelineConfiguration())
    )
    let desk = ControlledRun(pipeline: pipeline)
    desk.refuse(#"{"request": "status", "id": 4}"#, "has not begun, or is over")
    #expect(desk.ask(#"{"request": "status", "id": 4}"#).id == .number(4))
  }
}
