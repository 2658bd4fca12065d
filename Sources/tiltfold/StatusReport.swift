// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ArgumentParser
import Foundation
import LivePipeline
import WireFormat

/// What `tiltfold status` answers.
struct StatusReport {
  let endpoint: String
  let waited: Double
  /// The status; nil where nobody answered.
  let header: PreviewHeader?

  /// The exit code; nil where all is well.
  var exitCode: ExitCode? {
    guard let header else { return .unanswered }
    return RunHealth(header).isHealthy ? nil : .unhealthy
  }

  /// For people.
  var words: String {
    guard let header else { return Self.silence(endpoint, seconds: waited) }
    let problems = RunHealth(header).problems
    let isPaused = header.text["reconstruction"] == "paused"
    var verdict = problems.map { "problem: \($0)" }
    if isPaused {
      verdict.append(
        "the reconstruction rests on request; \"tiltfold control resume\" lets it go on"
      )
    } else if problems.isEmpty, header.text["state"] == "waiting",
      let source = header.text["source"]
    {
      verdict.append(
        "nothing has come from \(source) yet: start the source, or see that source.connect names it"
      )
    } else if problems.isEmpty {
      verdict.append("all is well")
    }
    return (StatusPanel(header).lines(columns: 400) + verdict).joined(separator: "\n")
  }

  /// For programs: one object.
  var json: String {
    let health = header.map(RunHealth.init)
    let report = Fields(
      answered: header != nil,
      healthy: health?.isHealthy,
      endpoint: endpoint,
      problems: health?.problems ?? [Self.silence(endpoint, seconds: waited)],
      state: header?.text["state"],
      reconstruction: header?.text["reconstruction"],
      recording: header?.text["recording"],
      scan: header?.scan,
      rotation_angle_deg: header?.tilt?.degrees,
      energy_eV: header?.energy?.electronVolts,
      frame_count: header?.frameCount,
      timestamp_ns: header?.timestamp,
      figures: header?.quality.filter { $0.value.isFinite }
    )
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(report) else { return "{}" }
    return String(decoding: data, as: UTF8.self)
  }

  /// What is said of a place from which nothing comes.
  static func silence(_ endpoint: String, seconds: Double) -> String {
    Silence.words(
      at: endpoint,
      "nothing came from \(endpoint) for \(seconds.formatted()) s",
      otherwise:
        "Does a live run go on there, with previews.enabled: true? From another machine its "
        + "previews.bind must name an address that is reached from here, and its public key must be said "
        + "(--curve-public-key)"
    )
  }

  private struct Fields: Encodable {
    var answered: Bool
    var healthy: Bool?
    var endpoint: String
    var problems: [String]
    var state: String?
    var reconstruction: String?
    var recording: String?
    var scan: String?
    var rotation_angle_deg: Double?
    var energy_eV: Double?
    var frame_count: Int?
    var timestamp_ns: Int64?
    var figures: [String: Double]?
  }
}
