// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import LivePipeline

/// Says what is in a file.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Says in words what is in a recording, a scan or a tomogram.",
    discussion: """
      A recording may still be growing. Nothing is changed, but that the in-use flag which a killed \
      run leaves in its recording is cleared.

      With --cleaning a raw frame of a recording is cleaned step by step: each step is drawn, and \
      what is left of the level, the noise and the place of single photons are printed.

      Examples:
        tiltfold inspect run-17.h5
        tiltfold inspect scan.cxi
        tiltfold inspect run-17/tomogram.h5
        tiltfold inspect run-17.h5 --cleaning --frame 40 --output cleaning
      """
  )

  @Argument(help: "The file.")
  var file: String

  @Flag(help: "Clean one raw frame of a recording and draw each step.")
  var cleaning = false
  @Option(help: "With --cleaning, which of the exposures, from 0.")
  var frame = 0
  @Option(help: "With --cleaning, a configuration in place of the recording's own.")
  var config: String?
  @Option(help: "With --cleaning, the folder for the pictures.")
  var output = "cleaning"

  func run() throws {
    try ExitStatus.explaining {
      if cleaning {
        let configuration = try config.map { try PipelineConfiguration.load(path: $0) }
        let pictures = try CleaningPictures(
          recording: file,
          frame: frame,
          configuration: configuration
        )
        print(pictures.inWords)
        print("written: \(try pictures.draw(into: output).joined(separator: ", "))")
        return
      }
      print(try FileInspection.describe(file))
    }
  }
}
