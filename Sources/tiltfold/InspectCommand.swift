// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import LivePipeline

/// Says what is in a file.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Says in words, and shows in a picture, what is in a file.",
    discussion: """
      Understands recordings, scans (CXI of every layout, pystxmcontrol's .stxm, raw CXI), results, \
      tomograms and MRC volumes, and lists the datasets of any other HDF5 file. A recording may still \
      be growing. Nothing is changed, but that the in-use flag which a killed run leaves in its \
      recording is cleared. The picture stands beside the file, NAME-inspection.png.

      Examples:
        tiltfold inspect run-17.h5
        tiltfold inspect NS_231005012_ccdframes_0_0.stxm --picture frames.png
        tiltfold inspect run-17/tomogram.h5 --no-picture
      """
  )

  @Argument(help: "The file.")
  var file: String

  @Option(help: "Where the picture goes; NAME-inspection.png beside the file where not said.")
  var picture: String?
  @Flag(help: "No picture.")
  var noPicture = false

  func run() throws {
    try ExitStatus.explaining {
      print(try FileInspection.describe(file))
      if !noPicture { try draw() }
    }
  }

  private func draw() throws {
    let path = picture ?? FileInspection.defaultPicture(for: file)
    do throws(PipelineError) {
      guard try FileInspection.draw(file, to: path) else { return }
      print("picture: \(path)")
    } catch {
      // A folder that may not be written to is no reason to fail, unless the place was asked for.
      guard picture == nil else { throw error }
      Terminal().write("no picture: \(error)")
    }
  }
}
