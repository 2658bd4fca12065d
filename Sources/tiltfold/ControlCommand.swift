// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ArgumentParser
import Foundation
import LivePipeline
import WireFormat

/// Asks a running pipeline for something.
struct ControlCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "control",
    abstract: "Asks a running live process for something.",
    discussion: """
      What changes a result is noted in the recording, and a replay follows it.

      Examples:
        tiltfold control status
        tiltfold control pause
        tiltfold control resume
        tiltfold control finish-scan
        tiltfold control abort-scan NS_181126001_ccdframes_0_0
        tiltfold control parameters
        tiltfold control set ptychography.iterations 200
        tiltfold control place NS_181126001_ccdframes_0_0 --tilt=-12.5 --tomogram plates
        tiltfold control hold-back --index 17
        tiltfold control take-back --angle=-12.5
        tiltfold control drop-tilt --index 17 --tomogram plates
        tiltfold control realign
        tiltfold control measure-resolution
        tiltfold control snapshot before-the-night
      """,
    subcommands: requests + [Unknown.self],
    defaultSubcommand: Unknown.self
  )
  private static let requests: [any ParsableCommand.Type] = [
    Status.self, Pause.self, Resume.self, FinishScan.self, AbortScan.self, Parameters.self,
    Set.self, Place.self, HoldBack.self, DropTilt.self, TakeBack.self, Realign.self,
    MeasureResolution.self, Snapshot.self,
  ]

  /// Where the process is.
  struct Options: ParsableArguments {
    @Option(
      help: """
        Where the live process takes requests, its key control.bind; before --config. \
        (tcp://127.0.0.1:37018)
        """
    )
    var connect: String?
    @Option(help: "The configuration of the live process: its address and public key are taken.")
    var config: String?
    @Option(help: "The public key of the live process, its previews.curve_public_key.")
    var curvePublicKey: String?

    func validate() throws {
      if let connect { try checkEndpoint(tcpEndpoint(connect), option: "--connect") }
    }

    /// Asks, and prints the answer.
    func ask(_ request: ControlRequest) throws {
      try ExitStatus.explaining {
        let configuration = try config.map { try PipelineConfiguration.load(path: $0) }
        let reply = try ControlClient.ask(
          request,
          at: connect.map(tcpEndpoint) ?? configuration.map { reachable($0.control.endpoint) }
            ?? "tcp://127.0.0.1:37018",
          publicKey: curvePublicKey ?? configuration?.previews.curvePublicKey
        )
        guard reply.ok else { throw PipelineError(.data, reply.text) }
        print(reply.text)
        for (name, value) in (reply.figures ?? [:]).sorted(by: { $0.key < $1.key }) {
          print("  \(name)  \(Int(exactly: value).map { "\($0)" } ?? "\(value)")")
        }
        for parameter in reply.parameters ?? [] { print(ParameterLine.text(parameter)) }
      }
    }
  }

  struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints how the run stands, by the names of its figures on the wire.",
      discussion: "In words, and with what is wrong: tiltfold status."
    )
    @OptionGroup var options: Options
    func run() throws { try options.ask(.status) }
  }

  struct Place: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says which tilt of which tomogram a scan is; one that was held back is folded.",
      discussion: "Example:\n  tiltfold control place NS_181126001 --tilt=-12.5 --tomogram plates"
    )
    @Argument(help: "The scan's name.")
    var scan: String
    @Option(help: "The sample's tilt, degrees.")
    var tilt: Double
    @Option(help: "The tomogram that it belongs to.")
    var tomogram: String?
    @OptionGroup var options: Options
    func run() throws {
      let tilt = TiltAngle(degrees: tilt)
      try options.ask(.place(ScanPlacement(scan: scan, tilt: tilt, tomogram: tomogram)))
    }
  }

  struct Parameters: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists what can be set, with value, bounds and meaning."
    )
    @OptionGroup var options: Options
    func run() throws { try options.ask(.parameters) }
  }

  struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Changes a parameter; the answer says from when on it holds.",
      discussion: """
        Examples:
          tiltfold control set ptychography.beta 0.6
          tiltfold control set registration.minimum_confidence 0.4
          tiltfold control set particles.threshold_od null
        """
    )
    @Argument(help: "The key, as in ptychography.iterations; the request parameters lists them.")
    var key: String
    @Argument(help: "The value, as it would stand in the file.")
    var value: String
    @OptionGroup var options: Options
    func run() throws { try options.ask(.set(key: key, value: value)) }
  }

  struct MeasureResolution: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Measures the resolution of a growing tomogram when no data waits."
    )
    @Argument(help: "The tomogram's name; all that grow where none is named.")
    var tomogram: String?
    @OptionGroup var options: Options
    func run() throws { try options.ask(.measureResolution(tomogram)) }
  }

  struct FinishScan: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ends a scan, or all that go on, with the frames that have come.",
      discussion: """
        It is folded, unless its frames are fewer than ptychography.minimum_frames. What the source \
        still sends of it is recorded and takes no part.
        """
    )
    @Argument(help: "The scan's name; all that go on where none is named.")
    var scan: String?
    @OptionGroup var options: Options
    func run() throws { try options.ask(.finishScan(scan)) }
  }

  struct AbortScan: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ends a scan, or all that go on, as if the source had given them up: not folded.",
      aliases: ["abort"]
    )
    @Argument(help: "The scan's name; all that go on where none is named.")
    var scan: String?
    @OptionGroup var options: Options
    func run() throws { try options.ask(.abortScan(scan)) }
  }

  /// What is none of the requests.
  struct Unknown: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "unknown", shouldDisplay: false)
    @Argument(parsing: .captureForPassthrough) var words: [String] = []
    func run() throws {
      let known = ControlCommand.requests.map { $0._commandName }.joined(separator: ", ")
      if words.first?.hasPrefix("-") == true,
        let request = words.first(where: { word in
          ControlCommand.requests.contains { $0._commandName == word }
        })
      {
        let options = words.filter { $0 != request }.joined(separator: " ")
        throw ValidationError(
          "options come after the request: tiltfold control \(request) \(options)"
        )
      }
      let asked = words.first.flatMap { $0.hasPrefix("-") ? nil : $0 }
      throw ValidationError(
        (asked.map { "there is no request '\($0)'" } ?? "no request is named")
          + "; there are \(known). \"tiltfold control --help\" says more"
      )
    }
  }
}
