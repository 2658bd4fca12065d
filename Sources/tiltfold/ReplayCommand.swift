// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Foundation
import HDF5Storage
import LivePipeline

/// Runs a recording again.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Runs a recording again.",
    discussion: """
      Every scan gets its full number of iterations, by the configuration in the recording or by
      another one. With --as-recorded the live run's own schedule is repeated instead: the same
      frames in the same batches, the same iterations, the same order of folds.

      Examples:
        tiltfold replay run-17.h5
        tiltfold replay run-17.h5 --config other.yaml --results run-17-again
        tiltfold replay run-17.h5 --as-recorded
      """
  )

  @Argument(help: "The recording.")
  var file: String
  @Option(help: "A configuration in place of the recorded one.")
  var config: String?
  @Option(help: "Folder of the results; the recording's name and -replay where not said.")
  var results: String?
  @Option(help: "A key in place of the configuration's, as in ptychography.beta=0.8.")
  var set: [String] = []
  @Flag(help: "Repeat the live run's own schedule.")
  var asRecorded = false
  @Flag(help: "Publish previews, as live does.")
  var publish = false
  @Flag(help: "Warnings and errors only.")
  var quiet = false

  func run() throws {
    try ExitStatus.explaining {
      var configuration = try PipelineConfiguration.load(
        path: config,
        orRecordedIn: file,
        overrides: set
      )
      configuration.previews.isEnabled = publish
      var options = Pipeline.Options(configuration)
      options.results =
        results
        ?? URL(filePath: file).deletingPathExtension().path(percentEncoded: false) + "-replay"
      options.recording = nil
      let run = PipelineRun(quiet: quiet)
      let pipeline = Pipeline(
        configuration: configuration,
        source: .recording(file),
        options: options,
        onEvent: run.onEvent
      )
      let summary = try run(pipeline) { pipeline in
        asRecorded ? try pipeline.repeatSchedule() : try pipeline.run()
      }
      try run.conclude(summary, results: options.results)
    }
  }
}
