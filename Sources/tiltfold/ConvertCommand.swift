// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ArgumentParser
import LivePipeline

/// Turns a file of one kind into one of another.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Turns a scan, recording or tomogram into a file of another kind.",
    discussion: """
      The contents of the first file and the ending of the second decide:

      \(FileConversion.ways)

      Raw frames are cleaned by --config or, from a recording, by its own configuration. What is \
      written has its name only when it is whole; nothing is written over without --force.

      Examples:
        tiltfold convert NS_231005012_ccdframes_0_0.stxm scan.cxi --config als-cosmic-7.0.1.yaml
        tiltfold convert NS_231005012_ccdframes_0_0.stxm run.h5 --config als-cosmic-7.0.1.yaml
        tiltfold convert run-17.h5 scan.cxi --scan NS_231005012
        tiltfold convert run-17.h5 scans/
        tiltfold convert run-17/tomogram.h5 volume.mrc
      """
  )

  @Argument(help: "The file that is there.")
  var source: String
  @Argument(help: "The file to be; a folder takes all scans of a recording.")
  var target: String
  @Option(help: "Which scan of a recording.")
  var scan: String?
  @Option(
    parsing: .unconditional,
    help: "The tilt to state, degrees, where the file does not say it."
  )
  var tilt: Double?
  @Option(help: "The instrument's configuration, for raw frames.")
  var config: String?
  @Option(help: "A key in place of the configuration's, as in preprocessing.pattern_size_px=256.")
  var set: [String] = []
  @Flag(help: "Replace what is there.")
  var force = false
  @Flag(help: "No progress.")
  var quiet = false

  func run() throws {
    try ExitStatus.explaining {
      var configuration = try PipelineConfiguration.forOfflineUse(path: config, file: source)
      try configuration.applyToScan(set)
      var options = FileConversion.Options()
      options.scan = scan
      options.tilt = tilt.map { TiltAngle(degrees: $0) }
      options.replaces = force
      let line = OfflineLine(quiet: quiet)
      defer { line.finish() }
      let conversion = FileConversion(
        source,
        to: target,
        configuration: configuration,
        options: options,
        progress: line.show
      )
      let written = try conversion.run()
      line.finish()
      print("written: \(written.joined(separator: ", "))")
    }
  }
}
