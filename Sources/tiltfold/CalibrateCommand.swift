// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ArgumentParser
import Foundation
import LivePipeline

/// Calibrates detector and instrument from a recording.
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Calibrates detector and instrument from a recording.",
    discussion: """
      Prints the value with its uncertainty and the lines to paste into the configuration, and \
      draws what it rests on. In this order, for each rests on those before: badpixels, photons, \
      center, attenuator.

      Examples:
        tiltfold calibrate badpixels run-17.h5
        tiltfold calibrate photons run-17.h5 --output photons.png
        tiltfold calibrate center empty-place.h5
        tiltfold calibrate attenuator run-17.h5 --set preprocessing.adu_per_eV=0.0353
      """,
    subcommands: [
      CalibrateAttenuatorCommand.self, CalibratePhotonsCommand.self, CalibrateCenterCommand.self,
      CalibrateBadPixelsCommand.self,
    ]
  )
}

/// What every calibration is told.
struct CalibrationOptions: ParsableArguments {
  @Argument(help: "The recording, finished or growing; it needs raw frames and their darks.")
  var recording: String
  @Option(help: "A configuration in place of the recorded one.")
  var config: String?
  @Option(help: "A key in place of the configuration's, as in preprocessing.adu_per_eV=0.0353.")
  var set: [String] = []
  @Option(help: "Exposures to use of each photon energy and exposure time, at the most.")
  var frames = 400
  @Option(help: "The photon energy to use, eV; where not said, that of most exposures, or all.")
  var energy: Double?
  @Option(help: "The exposure time to use, s; the shortest where not said. badpixels uses all.")
  var exposureS: Double?
  @Option(help: "The picture; NAME-KIND.png beside the recording where not said.")
  var output: String?
  @Flag(help: "No picture.")
  var noPicture = false
  @Flag(help: "No progress.")
  var quiet = false

  func validate() throws {
    guard frames > 0 else { throw ValidationError("--frames is \(frames); expected 1 or more") }
  }

  /// Calibrates, draws and prints.
  func run(
    _ kind: String,
    withoutAttenuator: String? = nil,
    _ calibrate: (DetectorCalibration) throws -> CalibrationReport
  ) throws {
    try ExitStatus.explaining {
      let configuration = try PipelineConfiguration.load(
        path: config,
        orRecordedIn: recording,
        overrides: set
      )
      let picture =
        output
        ?? URL(filePath: recording).deletingPathExtension().path(percentEncoded: false)
        + "-\(kind).png"
      if !noPicture { try CalibrationReport.checkOutput(picture) }
      var options = DetectorCalibration.Options()
      options.frames = frames
      options.energy = energy.map(PhotonEnergy.init(electronVolts:))
      options.exposureTime = exposureS
      options.withoutAttenuator = withoutAttenuator
      let terminal = Terminal()
      let isQuiet = quiet
      var shown = ContinuousClock.now
      let calibration = DetectorCalibration(
        recording: recording,
        configuration: configuration,
        options: options
      ) { step in
        // On a terminal the line keeps itself current; in a log one every ten seconds is enough.
        let pause: Duration = terminal.isInteractive ? .milliseconds(200) : .seconds(10)
        guard !isQuiet, ContinuousClock.now - shown > pause else { return }
        shown = .now
        switch step {
        case .reading(let number, let all): terminal.show("reading message \(number)/\(all)")
        case .cleaning(let number, let all): terminal.show("cleaning frame \(number)/\(all)")
        }
      }
      defer { terminal.finish() }
      let report = try calibrate(calibration)
      if !noPicture { try report.draw(to: picture) }
      terminal.finish()
      print(report.inWords)
      if !noPicture { print("\npicture: \(picture)") }
    }
  }
}

/// Measures the attenuator's transmission.
struct CalibrateAttenuatorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attenuator",
    abstract: "Measures the attenuator's transmission at each energy, its place and radius.",
    discussion: """
      The mean pattern is continuous across the disc's edge but for the transmission: photons in \
      rings on either side are fitted together. Or, with --without, sums behind the disc are \
      compared with a recording of the same without it.

      Example:
        tiltfold calibrate attenuator run-17.h5 --frames 1000
      """
  )

  @OptionGroup var options: CalibrationOptions
  @Option(help: "A recording of the same without the attenuator.")
  var without: String?

  func run() throws {
    try options.run("attenuator", withoutAttenuator: without) { try $0.attenuator() }
  }
}

/// Measures how many ADU a photon makes.
struct CalibratePhotonsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "photons",
    abstract: "Measures how many ADU a photon makes, by the single-photon peak.",
    discussion: """
      The histogram of weakly lit pixels is fitted with the peaks of none, one, two and more \
      photons. Variance over mean is the check.

      Example:
        tiltfold calibrate photons run-17.h5 --output photons.png
      """
  )

  @OptionGroup var options: CalibrationOptions

  func run() throws {
    try options.run("photons") { try $0.photons() }
  }
}

/// Finds the direct beam.
struct CalibrateCenterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "center",
    abstract: "Finds where the direct beam falls, by the edge of the zone plate's cone.",
    discussion: """
      A circle is fitted to the edge of the cone in the mean pattern. A scan of an empty place is \
      best, any scan will do.

      Example:
        tiltfold calibrate center run-17.h5 --set probe.outer_zone_width_m=60e-9
      """
  )

  @OptionGroup var options: CalibrationOptions

  func run() throws {
    try options.run("center") { try $0.center() }
  }
}

/// Finds pixels that cannot be trusted.
struct CalibrateBadPixelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "badpixels",
    abstract: "Finds pixels that cannot be trusted, from darks and exposures.",
    discussion: """
      Darks show levels that are off, noise and pixels that are stuck; exposures show pixels that \
      see too little or read too much. Ten darks and fifty exposures or more are good. Pixels that \
      are too dim, or near saturated ones, are counted as not tested.

      Example:
        tiltfold calibrate badpixels run-17.h5 --frames 200
      """
  )

  @OptionGroup var options: CalibrationOptions

  func run() throws {
    try options.run("badpixels") { try $0.badPixels() }
  }
}
