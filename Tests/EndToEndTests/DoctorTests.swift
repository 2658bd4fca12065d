// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LivePipeline
import Messaging
import TestSupport
import Testing

/// `tiltfold doctor`.
@Suite(.serialized, .enabled(if: BuiltProgram.tiltfold != nil, "tiltfold is not built"))
struct DoctorTests {
  private struct Report: Decodable {
    var fit: Bool
    var version: String
    var findings: [MachineFinding]

    subscript(name: String) -> MachineFinding? { findings.first { $0.name == name } }
  }

  private let scratch: TemporaryFolder
  private let program: BuiltProgram

  init() throws {
    scratch = try TemporaryFolder()
    program = try #require(BuiltProgram.tiltfold)
  }

  /// A configuration that uses free ports, and a folder of its own.
  private func configuration(_ more: String = "") throws -> String {
    let path = scratch.file("doctor.yaml")
    let (first, second) = (SimulatedSource.freePort(), SimulatedSource.freePort())
    let text = """
      source:
        connect: ["tcp://127.0.0.1:37013"]
      previews:
        bind: "tcp://127.0.0.1:\(first)"
        rec_bind: "tcp://127.0.0.1:\(second)"
      \(more)
      """
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test func everyThingIsLookedAtAndNothingIsLeftBehind() throws {
    let results = scratch.file("results-to-come")
    let began = ContinuousClock.now
    let outcome = try program(
      "doctor",
      "--config",
      try configuration(),
      "--results",
      results,
      "--frames-per-second",
      "1",
      "--json"
    )
    #expect(ContinuousClock.now - began < .seconds(120))
    #expect(scratch.names == ["doctor.yaml"])
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    #expect(report.version == tiltfoldVersion)
    #expect((outcome.code == 0) == report.fit)
    #expect(report.fit == !report.findings.contains { $0.verdict == .failure })
    for name in [
      "libzmq", "FFTW", "HDF5", "Cairo", "processor", "memory", "disk speed", "disk room",
      "file locks", "loopback", "port", "FFT wisdom", "fonts", "Plotly",
    ] {
      let finding = try #require(report[name], "\(name)")
      #expect(!finding.words.isEmpty)
      // Whatever is not as it should be says what to do.
      #expect(finding.verdict == .ok || finding.remedy != nil, "\(name)")
    }
    for name in ["libzmq", "FFTW", "HDF5", "Cairo"] {
      #expect(report[name]?.words.contains(#/\d+\.\d+\.\d+/#) == true, "\(name)")
    }
    #expect(report["HDF5"]?.verdict == .ok)
    // One frame a second is 2.4 MB/s, which any disk and any loopback takes.
    #expect(report["disk speed"]?.verdict == .ok, "\(String(describing: report["disk speed"]))")
    #expect(report["loopback"]?.verdict == .ok)
    #expect(report.findings.count { $0.name == "port" && $0.verdict == .ok } == 2)
  }

  @Test func aPortThatIsTakenAndARateThatNoDiskTakesAreFailures() throws {
    let context = try MessagingContext()
    let taken = try Publisher(context, bindingTo: "tcp://127.0.0.1:*")
    let outcome = try program.run([
      "doctor", "--config", try configuration(), "--results", scratch.path,
      "--set", "previews.bind=\(taken.endpoint)", "--frames-per-second", "100000",
    ])
    #expect(outcome.code == 1)
    #expect(
      outcome.output.contains("FAILURE  port: previews.bind \(taken.endpoint) cannot be taken")
    )
    #expect(outcome.output.contains("-> does a run go on?"))
    #expect(outcome.output.contains("FAILURE  disk speed: "))
    #expect(outcome.output.contains("FAILURE  loopback: "))
    #expect(outcome.output.contains("not fit for a run; failures: "))
    #expect(outcome.errors.isEmpty)
    // Where the source waits, no disk is too slow.
    let patient = try program.run([
      "doctor", "--config", try configuration(), "--results", scratch.path,
      "--set", "compute.when_behind=wait", "--frames-per-second", "100000",
    ])
    #expect(!patient.output.contains("FAILURE  disk speed: "))
    #expect(patient.output.contains("the source waits for the disk"))
  }

  @Test func aFolderThatCannotBeWrittenIsAFailure() throws {
    let outcome = try program.run([
      "doctor", "--config", try configuration(), "--results", "/proc/none", "--json",
    ])
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    #expect(outcome.code == 1)
    #expect(report["disk"]?.verdict == .failure)
    #expect(report["disk"]?.words.contains("/proc") == true)
  }

  @Test func aWrongConfigurationEndsWith78() throws {
    let outcome = try program("doctor", "--config", try configuration("results:\n  folder: x"))
    #expect(outcome.code == 78)
    #expect(outcome.errors.contains("results.folder"))
  }
}
