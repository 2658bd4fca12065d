// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import LivePipeline

/// Reconstructs while the beam is on.
struct LiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live",
    abstract: "Reconstructs while the beam is on.",
    discussion: """
      Subscribes to the source, records every message first, reconstructs each scan while its
      frames arrive, folds finished projections into a volume for each energy, publishes previews,
      serves the dashboard (dashboard.enabled) and writes results. Ctrl-C finishes the scan in hand and writes what there is; a second one
      leaves at once.

      Examples:
        tiltfold live --config Config/als-5.3.2.1.yaml --results run-17 --recording run-17.h5
        tiltfold live --config Config/als-5.3.2.1.yaml --results run-17 --resume run-17.h5
      """
  )

  @Option(
    help: "The configuration, a file as in Config/.",
    completion: .file(extensions: ["yaml"])
  )
  var config: String
  @Option(
    help: """
      Folder of the results, in place of results.directory; NAME-2 where it holds an earlier run's.
      """,
    completion: .directory
  )
  var results: String?
  @Option(
    help: """
      File of the recording, in place of recording.path; none for no recording. A relative one \
      starts at the working folder; that of recording.path starts at the folder of the results.
      """
  )
  var recording: String?
  @Option(
    help: "A recording of a run that was broken off: its scans first, then the stream.",
    completion: .file(extensions: ["h5"])
  )
  var resume: String?
  @Option(help: "A key in place of the file's, as in ptychography.beta=0.8; may be repeated.")
  var set: [String] = []
  @Option(
    help: """
      text for people; json for programs: one object a line with time, level, event, scan, and a \
      status with figures every ten seconds.
      """
  )
  var logFormat = LogFormat.text
  @Flag(help: "End with the first whole tomogram.")
  var exitAfterTomogram = false
  @Flag(help: "Warnings and errors only.")
  var quiet = false

  func validate() throws {
    if resume != nil, recording != nil {
      throw ValidationError("--resume goes on with its own recording: without --recording")
    }
  }

  func run() throws {
    try ExitStatus.explaining(logFormat) {
      let configuration = try PipelineConfiguration.load(path: config, overrides: set)
      var options = Pipeline.Options(configuration)
      if let results {
        var moved = configuration
        moved.results.directory = results
        options = Pipeline.Options(moved)
      }
      if let resume {
        options.recording = resume
        options.resumes = true
        options.replay.keep(set)
      }
      if let recording { options.recording = recording == "none" ? nil : recording }
      options.endsWithTomogram = exitAfterTomogram
      // What is taken up belongs to the results that it had.
      let notice = options.resumes ? nil : options.spareEarlierResults()
      let run = PipelineRun(quiet: quiet, format: logFormat)
      let dashboard = RunDashboard(configuration.dashboard)
      let pipeline = Pipeline(
        configuration: configuration,
        source: .stream,
        options: options,
        listeners: dashboard.listeners,
        onEvent: run.onEvent
      )
      if let notice { pipeline.report(notice) }
      let summary = try run(pipeline) { pipeline in
        try dashboard.serving(pipeline) { try pipeline.run() }
      }
      try run.conclude(summary, results: pipeline.status.resultsPath ?? options.results)
    }
  }
}
