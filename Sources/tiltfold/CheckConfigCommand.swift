// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import LivePipeline

/// Checks a configuration.
struct CheckConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-config",
    abstract: "Checks a configuration and prints it in full; starts nothing.",
    discussion: """
      Every key is printed with the value that would be used, and with the default where that is \
      another one. Whatever is wrong is told by file, line and key, all of it at once. A sidecar file
      that the configuration names is read, too. Object pixels that are finer than the detector
      reaches are warned of, with the finest size.

      Example:
        tiltfold check-config Config/als-5.3.2.1.yaml
      """
  )

  @Argument(help: "The configuration.", completion: .file(extensions: ["yaml"]))
  var file: String
  @Option(help: "A key in place of the file's, as in ptychography.beta=0.8; may be repeated.")
  var set: [String] = []

  func run() throws {
    try ExitStatus.explaining {
      let configuration = try PipelineConfiguration.load(path: file, overrides: set)
      if let sidecar = configuration.source.sidecar { _ = try SidecarFile.message(sidecar) }
      print(configuration.describedInFull, terminator: "")
      for warning in configuration.warnings { Terminal().write("warning: \(file): \(warning)") }
    }
  }
}
