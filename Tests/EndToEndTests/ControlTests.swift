// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import TestSupport
import Testing
import WireFormat

/// Requests to a running pipeline, and their repetition.
@Suite(.serialized) struct ControlTests {
  @Test func aChangeIsFollowedAndRepeatedAtItsPlace() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 3
    let gate = SourceGate(after: 2)
    run.gate = gate
    run.configuration.control.isEnabled = true
    run.configuration.control.endpoint = "tcp://127.0.0.1:*"
    let live = try run.run { pipeline in
      defer { gate.open() }
      guard let endpoint = Self.endpoint(of: pipeline) else { return }
      ControlledRun.wait { pipeline.status.scansFinished >= 2 }
      let reply = try? ControlClient.ask(
        .set(key: "ptychography.iterations", value: "25"),
        at: endpoint
      )
      #expect(reply?.ok == true, "\(String(describing: reply))")
      _ = try? ControlClient.ask(.set(key: "ptychography.beta", value: "0.9"), at: endpoint)
      let status = try? ControlClient.ask(.status, at: endpoint)
      #expect(status?.figures?["scans_finished"] ?? 0 >= 2)
      // The program prints counts as whole numbers.
      let printed = try? BuiltProgram.tiltfold?("control", "status", "--connect", endpoint)
      #expect(
        printed?.output.contains(#/(?m)^  scans_finished  \d+$/#) == true,
        "\(printed?.output ?? "")"
      )
      for (key, value, words) in [
        ("ptychography.beta", "7", "0.5"), ("ptychography.betta", "0.5", "beta"),
        ("source.connect", "tcp://127.0.0.1:1", "cannot be changed"),
      ] {
        let refused = try? ControlClient.ask(.set(key: key, value: value), at: endpoint)
        #expect(refused?.ok == false && refused?.text.contains(words) == true, "\(key)")
      }
    }
    let iterations = live.summary.scans.map(\.iterations)
    let schedule = try RecordingReader(path: live.recording).schedule()
    #expect(schedule.filter { $0.contains(#""step":"set""#) }.count == 2)
    let (summary, repeated) = try SimulatedRun.replay(
      live,
      into: "again",
      configuration: run.configuration,
      asRecorded: true
    )
    #expect(summary.scans.map(\.iterations).sorted() == iterations.sorted())
    for (a, b) in zip(try live.tomogram().volumes, repeated.volumes) {
      #expect(relativeDifference(a.values, b.values) < 1e-4)
    }
  }

  @Test func scansWithoutATiltWaitUntilSomebodySaysWhereTheyBelong() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 2
    let placed = try run.run()
    var tilts: [String: Double] = [:]
    let messages = try Self.withoutTilts(placed.recording, &tilts)

    run.configuration.control.isEnabled = true
    run.configuration.control.endpoint = "tcp://127.0.0.1:*"
    let source = MessageSource(messages)
    defer { source.stop() }
    let places = tilts
    let outcome = try run.run(endpoints: [source.endpoint]) { pipeline in
      guard let endpoint = Self.endpoint(of: pipeline) else { return }
      defer { pipeline.requestFinish() }
      // The first is placed before it comes, the others when they are done.
      let names = places.keys.sorted()
      for (i, name) in names.enumerated() {
        if i == 1 {
          ControlledRun.wait { pipeline.status.scansFinished >= 4 }
          // What is not there is told with what waits.
          var unknown = ""
          ControlledRun.wait {
            let reply = try? ControlClient.ask(Self.place("mistyped", 3), at: endpoint)
            unknown = reply?.text ?? ""
            return names.dropFirst().allSatisfy { unknown.contains($0) }
          }
          #expect(unknown.contains("no scan of this name has begun; these wait for a place: "))
          #expect(names.dropFirst().allSatisfy { unknown.contains($0) })
          #expect(!unknown.contains(names[0]))
          let finished = try? ControlClient.ask(Self.place(names[0], 3), at: endpoint)
          #expect(finished?.text.contains("is finished and has its place") == true)
          #expect(finished?.text.contains(names[1]) == true)
        }
        let tilt = TiltAngle(degrees: places[name] ?? 0)
        let reply = try? ControlClient.ask(
          .place(ScanPlacement(scan: name, tilt: tilt, tomogram: "late")),
          at: endpoint
        )
        #expect(reply?.ok == true)
        if i == 0 { source.start() }
      }
      // All that were announced are in then, and the run ends by itself.
      ControlledRun.wait { pipeline.status.tomogramsComplete >= 1 }
    }
    let tomogram = try outcome.tomogram()
    #expect(tomogram.name == "late")
    #expect(tomogram.tilts.map(\.degrees) == Set(tilts.values).sorted())
    #expect(tomogram.volumes.count == 2)
    #expect(outcome.summary.counters.used == placed.summary.counters.used)
  }

  // MARK: -

  private static func place(_ scan: String, _ degrees: Double) -> ControlRequest {
    .place(ScanPlacement(scan: scan, tilt: TiltAngle(degrees: degrees), tomogram: nil))
  }

  private static func endpoint(of pipeline: Pipeline) -> String? {
    ControlledRun.wait { pipeline.status.controlEndpoint != nil }
    return pipeline.status.controlEndpoint
  }

  /// The messages of a recording, their starts without tilt, place and tomogram.
  private static func withoutTilts(
    _ path: String,
    _ tilts: inout [String: Double]
  ) throws -> [[SharedBytes]] {
    let reader = try RecordingReader(path: path)
    let dialect = NativeDialect()
    var messages: [[SharedBytes]] = []
    for number in 0..<reader.messageCount {
      let parts = try reader.message(number).parts
      guard case .start(var description, let sequence) = try dialect.decode(parts) else {
        messages.append(parts)
        continue
      }
      tilts[description.identity.scan] = description.identity.tilt?.degrees
      description.identity.tilt = nil
      description.identity.tiltIndex = nil
      description.identity.tomogram = nil
      messages.append(dialect.encode(.start(description, sequence: nil), sequence: sequence ?? 0))
    }
    return messages
  }
}
