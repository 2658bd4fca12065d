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

      With --cleaning a raw frame of a recording is cleaned step by step: each step is drawn, and \
      what is left of the level, the noise and the place of single photons are printed.

      Examples:
        tiltfold inspect run-17.h5
        tiltfold inspect NS_231005012_ccdframes_0_0.stxm --picture frames.png
        tiltfold inspect run-17/tomogram.h5 --no-picture
        tiltfold inspect run-17.h5 --cleaning --frame 40 --output cleaning
      """
  )

  @Argument(help: "The file.")
  var file: String

  @Option(help: "Where the picture goes; NAME-inspection.png beside the file where not said.")
  var picture: String?
  @Flag(help: "No picture.")
  var noPicture = false
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
