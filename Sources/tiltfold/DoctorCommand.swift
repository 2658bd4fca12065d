// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Foundation
import LivePipeline

/// Says whether a machine is fit for a live run.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Says whether this machine is fit for a live run, and what to do where it is not.",
    discussion: """
      Looks at the libraries, processor and memory; how fast the disk of the recording is against what
      the detector sends; how fast messages pass; whether the ports are free; and at what plans,
      writes and draws. It takes some seconds and leaves nothing behind. The exit code is 0 where a
      run would work, 1 where something fails.

      Examples:
        tiltfold doctor
        tiltfold doctor --config Config/als-5.3.2.1.yaml
        tiltfold doctor --config Config/als-5.3.2.1.yaml --frames-per-second 5 --json
      """
  )

  @Option(
    help: "The configuration of the run; the defaults where none is named.",
    completion: .file(extensions: ["yaml"])
  )
  var config: String?
  @Option(help: "Folder of the results, in place of results.directory.", completion: .directory)
  var results: String?
  @Option(help: "A key in place of the file's, as in recording.path=/data/run.h5; may be repeated.")
  var set: [String] = []
  @Option(help: "Raw frames a second that are to be taken.")
  var framesPerSecond = 146.0
  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (0.001...100_000).contains(framesPerSecond) else {
      throw ValidationError("--frames-per-second is above 0, as 146 or 5")
    }
    if config == nil, !set.isEmpty { throw ValidationError("--set goes with --config") }
  }

  func run() throws {
    try ExitStatus.explaining {
      var configuration = PipelineConfiguration()
      if let config { configuration = try PipelineConfiguration.load(path: config, overrides: set) }
      if let results { configuration.results.directory = results }
      var findings: [MachineFinding] = []
      MachineCheck(configuration, frameRate: framesPerSecond).run { finding in
        findings.append(finding)
        if !json { print(Self.line(finding)) }
      }
      let failures = findings.count { $0.verdict == .failure }
      let warnings = findings.count { $0.verdict == .warning }
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let report = Report(fit: failures == 0, version: tiltfoldVersion, findings: findings)
        print(String(decoding: try encoder.encode(report), as: UTF8.self))
      } else {
        let verdict = failures > 0 ? "not fit for a run" : "fit for a run"
        print("\(verdict); failures: \(failures), warnings: \(warnings)")
      }
      if failures > 0 { throw ExitCode(1) }
    }
  }

  /// "warning  FFT wisdom: there is no ...", and below it what to do.
  private static func line(_ finding: MachineFinding) -> String {
    let mark = finding.verdict == .failure ? "FAILURE" : finding.verdict.rawValue
    let head = mark.padding(toLength: 8, withPad: " ", startingAt: 0)
    let remedy = finding.remedy.map { "\n         -> \($0)" } ?? ""
    return "\(head) \(finding.name): \(finding.words)\(remedy)"
  }

  private struct Report: Encodable {
    var fit: Bool
    var version: String
    var findings: [MachineFinding]
  }
}
