// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Foundation
import LivePipeline
import WireFormat

/// Says how a run stands, from whatever machine.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Says how a live run stands, here or on another machine, and whether all is well.",
    discussion: """
      Listens to the previews of a live process until one status has come, prints it and leaves. The
      exit code is 0 where all is well, 1 where something is wrong (it says what), 69 where nobody
      answered in time.

      Examples:
        tiltfold status
        tiltfold status beamline-7 --wait 10
        tiltfold status --json
      """
  )

  @Argument(help: "The machine, HOST or HOST:PORT; this one where not said.")
  var machine: String?
  @Option(help: "The same.")
  var host: String?
  @OptionGroup var place: PreviewPlace
  @Option(help: "Seconds to wait for an answer.")
  var wait = 5.0
  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (0.1...600).contains(wait) else { throw ValidationError("--wait is 0.1 to 600 seconds") }
    try PreviewPlace.check(host: host ?? machine)
  }

  func run() throws {
    try ExitStatus.explaining {
      let (endpoint, key) = try place.resolved(host: host ?? machine)
      var client = try PreviewClient(endpoint: endpoint, topics: [.status], serverKey: key)
      let message = try client.next(timeout: wait)
      let report = StatusReport(endpoint: endpoint, waited: wait, header: message?.header)
      if json {
        print(report.json)
      } else if message == nil {
        Terminal().write("tiltfold: \(report.words)")
      } else {
        print(report.words)
      }
      if let code = report.exitCode { throw code }
    }
  }
}
