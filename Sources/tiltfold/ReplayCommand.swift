// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Foundation
import HDF5Storage
import LivePipeline

/// Runs a recording again.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Runs a recording again, or sends it out as the detector did.",
    discussion: """
      Every scan gets its full number of iterations, by the configuration in the recording or by
      another one. With --as-recorded the live run's own schedule is repeated instead: the same
      frames in the same batches, the same iterations, the same order of folds. With --publish
      nothing is reconstructed here: every message goes out on the wire, part for part as it came.
      What people changed while it was recorded (tiltfold control) is changed again at the same places
      of the stream, but for keys given by --set; --ignore-control leaves it out.
      A run whose disk failed may have several recordings; name them all, the oldest first.

      Examples:
        tiltfold replay run-17.h5
        tiltfold replay run-17.h5 --config other.yaml --results run-17-again --from 12
        tiltfold replay run-17.h5 --as-recorded
        tiltfold replay run-17.h5 run-17-2.h5 --as-recorded
        tiltfold replay run-17.h5 --publish tcp://127.0.0.1:37013 --speed recorded
      """
  )

  @Argument(
    help: "The recording; all recordings of the run in their order, where it has more.",
    completion: .file(extensions: ["h5"])
  )
  var files: [String]
  @Option(
    help: "A configuration in place of the recorded one.",
    completion: .file(extensions: ["yaml"])
  )
  var config: String?
  @Option(
    help: "Folder of the results; the first recording's name and -replay where not said.",
    completion: .directory
  )
  var results: String?
  @Flag(help: "Replace the results that are in the folder; else a further folder is taken, NAME-2.")
  var force = false
  @Option(help: "A key in place of the configuration's, as in ptychography.beta=0.8.")
  var set: [String] = []
  @Option(help: "recorded, a factor such as 2.5, or max.")
  var speed = "max"
  @Option(help: "The scan to begin with, by its name or its number from 1.")
  var from: String?
  @Option(help: "Send the messages out at this endpoint in place of reconstructing them.")
  var publish: String?
  @Option(help: "With --publish: seconds to wait for a subscriber.")
  var wait = 60.0
  @Option(help: "text for people; json for programs, one object a line.")
  var logFormat = LogFormat.text
  @Flag(help: "Repeat the live run's own schedule.")
  var asRecorded = false
  @Flag(
    help: "Leave out what people changed during the run; else it is changed at the same places."
  )
  var ignoreControl = false
  @Flag(help: "Publish previews, as live does.")
  var previews = false
  @Flag(help: "Serve the dashboard at the configuration's dashboard.bind, as live does.")
  var dashboard = false
  @Flag(help: "Warnings and errors only.")
  var quiet = false

  private var pace: ReplayPlan.Pace? {
    switch speed {
    case "max": .maximum
    case "recorded": .factor(1)
    default: Double(speed).flatMap { $0 > 0 && $0.isFinite ? .factor($0) : nil }
    }
  }

  func validate() throws {
    guard pace != nil else {
      throw ValidationError("--speed is recorded, max, or a factor above 0 such as 2.5")
    }
    if asRecorded, from != nil || speed != "max" || publish != nil || dashboard {
      throw ValidationError(
        "--as-recorded repeats the whole schedule as fast as it can: without --from, --speed, "
          + "--publish, --dashboard"
      )
    }
    if publish != nil, logFormat != .text {
      throw ValidationError("--publish says how it stands in words only: without --log-format")
    }
    if ignoreControl, asRecorded || publish != nil {
      throw ValidationError(
        "--ignore-control is for a plain replay: without --as-recorded, --publish"
      )
    }
    if publish != nil, previews || dashboard || config != nil || results != nil || !set.isEmpty {
      throw ValidationError(
        "--publish reconstructs nothing: without --config, --set, --results, --previews, --dashboard"
      )
    }
  }

  func run() throws {
    try ExitStatus.explaining(logFormat) {
      var plan = ReplayPlan()
      plan.pace = pace ?? .maximum
      plan.firstScan = from
      plan.followsChanges = !ignoreControl
      plan.keep(set)
      if let publish {
        try PublishedReplay(quiet: quiet).run(files, plan, endpoint: publish, patience: wait)
      } else {
        try reconstruct(plan)
      }
    }
  }

  private func reconstruct(_ plan: ReplayPlan) throws {
    var configuration = try PipelineConfiguration.load(
      path: config,
      orRecordedIn: files[0],
      overrides: set
    )
    configuration.previews.isEnabled = previews
    configuration.dashboard.isEnabled = dashboard
    var options = Pipeline.Options(configuration)
    options.results =
      results
      ?? URL(filePath: files[0]).deletingPathExtension().path(percentEncoded: false) + "-replay"
    options.recording = nil
    options.replay = plan
    let notice = force ? nil : options.spareEarlierResults()
    let run = PipelineRun(quiet: quiet, format: logFormat)
    let page = RunDashboard(configuration.dashboard)
    let pipeline = Pipeline(
      configuration: configuration,
      source: .recordings(files),
      options: options,
      listeners: page.listeners,
      onEvent: run.onEvent
    )
    if let notice { pipeline.report(notice) }
    let summary = try run(pipeline) { pipeline in
      try page.serving(pipeline) {
        asRecorded ? try pipeline.repeatSchedule() : try pipeline.run()
      }
    }
    try run.conclude(summary, results: options.results)
  }
}
