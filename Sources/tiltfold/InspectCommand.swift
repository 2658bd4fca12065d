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

      Examples:
        tiltfold inspect run-17.h5
        tiltfold inspect scan.cxi
        tiltfold inspect run-17/tomogram.h5
      """
  )

  @Argument(help: "The file.")
  var file: String

  func run() throws {
    try ExitStatus.explaining {
      print(try FileInspection.describe(file))
    }
  }
}
