// SPDX-License-Identifier: BSD-3-Clause

import DetectorSimulator
import Foundation
import LivePipeline
import Ptychography
import TestSupport
import Testing
import WireFormat

/// Requests from the command line.
@Suite(.serialized) struct ControlCommandTests {
  private static let requests = [
    "status", "pause", "resume", "finish-scan", "abort-scan", "parameters", "set", "place",
    "hold-back", "drop-tilt", "take-back", "realign", "measure-resolution", "snapshot",
  ]

  @Test func everyRequestIsListedWithAnExample() throws {
    let tiltfold = try #require(BuiltProgram.tiltfold)
    let help = try tiltfold("control", "--help").output
    for request in Self.requests {
      #expect(help.contains("  tiltfold control \(request)"), "\(request)")
      let own = try tiltfold("control", request, "--help")
      #expect(own.code == 0 && own.output.contains("--connect"), "\(request)")
    }
    let unknown = try tiltfold("control", "explode")
    #expect(unknown.code == 64)
  }

  @Test func whatIsNoRequestIsRefusedBeforeAnybodyIsAsked() throws {
    let tiltfold = try #require(BuiltProgram.tiltfold)
    for words in [
      ["hold-back"], ["hold-back", "--index", "1", "--angle", "2"],
      ["drop-tilt", "--index", "one"],
      ["take-back", "17"], ["set", "ptychography.beta"], ["place", "scan"], ["pause", "now"],
    ] {
      let refused = try tiltfold.run(["control"] + words)
      #expect(refused.code == 64, "\(words): \(refused.output) \(refused.code)")
    }
  }

  @Test func requestsGoOutAndAnswersArePrinted() throws {
    let tiltfold = try #require(BuiltProgram.tiltfold)
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 2
    // All requests find the run going on.
    let gate = SourceGate(after: 2)
    run.gate = gate
    run.configuration.ptychography.iterations = 10
    run.configuration.control.isEnabled = true
    run.configuration.control.endpoint = "tcp://127.0.0.1:*"
    let live = try run.run { pipeline in
      defer { gate.open() }
      ControlledRun.wait { pipeline.status.controlEndpoint != nil }
      ControlledRun.wait { pipeline.status.scansStarted >= 2 }
      let endpoint = pipeline.status.controlEndpoint ?? ""
      func ask(_ words: String...) -> (output: String, code: Int32) {
        let answer = try? tiltfold.run(["control"] + words + ["--connect", endpoint])
        return (answer?.output ?? "", answer?.code ?? -1)
      }
      #expect(ask("pause").output.contains("the reconstruction rests"))
      #expect(ask("status").output.contains("rests"))
      #expect(ask("resume").output.contains("goes on"))
      let parameters = ask("parameters").output
      #expect(parameters.contains("ptychography.iterations = 10 (1 to 100000)"), "\(parameters)")
      #expect(parameters.contains("registration.mass_gate_px = 8 px (0.5 to 500 px)"))
      #expect(ask("set", "ptychography.iterations", "11").output.contains("is 11, was 10"))
      let refused = ask("set", "ptychography.iterations", "0")
      #expect(refused.code == 65, "\(refused)")
      #expect(ask("hold-back", "--index", "77").code == 65)
      #expect(ask("take-back", "--angle=-179").code == 65)
      #expect(ask("abort", "no-such-scan").code == 65)
      #expect(ask("realign", "no-such-tomogram").code == 65)
      #expect(ask("snapshot", "../x").code == 65)
    }
    #expect(live.summary.scans.count == 4)
  }
}
