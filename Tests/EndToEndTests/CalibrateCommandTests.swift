// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import TestSupport
import Testing

/// `tiltfold calibrate` on a recording of the simulated detector, held to what the simulator knows.
@Suite struct CalibrateCommandTests {
  let scratch: TemporaryFolder
  let tiltfold: BuiltProgram

  init() throws {
    scratch = try TemporaryFolder()
    tiltfold = try #require(BuiltProgram.tiltfold, "tiltfold was not built beside the tests")
  }

  private static let beam = PixelShift(rows: 2.7, columns: -3.2)

  /// Records what a simulated detector sends.
  private func recording(_ change: (inout SimulationParameters) -> Void) throws -> String {
    var parameters = SimulationParameters()
    parameters.tiltCount = 1
    parameters.scanColumns = 5
    parameters.scanRows = 4
    parameters.photonsPerSecond = 6e7
    parameters.beamOffset = Self.beam
    change(&parameters)
    var configuration = PipelineConfiguration()
    configuration.source.endpoints = ["tcp://127.0.0.1:37013"]
    let path = scratch.file("run.h5")
    var writer = try RecordingWriter(
      creating: path,
      configuration: configuration.describedInFull,
      version: "test"
    )
    var messages: [[SharedBytes]] = []
    var stream = try DetectorStream(SimulatedDetector(parameters))
    _ = stream.send { message in
      messages.append(message)
      return true
    }
    for (number, message) in messages.enumerated() {
      try writer.append(message, arrival: 1_700_000_000_000_000_000 + Int64(number))
    }
    try writer.finish()
    return path
  }

  /// The numbers behind a word in what was printed, value and uncertainty.
  private func pair(_ text: String, _ start: String) throws -> (value: Double, error: Double) {
    let line = try #require(text.split(separator: "\n").first { $0.contains(start) }, "\(text)")
    let rest = try #require(line.components(separatedBy: start).last)
    let numbers = rest.matches(of: /[-+]?[0-9.]+(?:e[-+]?[0-9]+)?/).compactMap {
      Double($0.output)
    }
    return (try #require(numbers.first), try #require(numbers.dropFirst().first))
  }

  @Test func eachCalibrationPrintsTheTruthAndDrawsIt() throws {
    let path = try recording { _ in }
    let gain = try tiltfold("calibrate", "photons", path, "--quiet")
    #expect(gain.code == 0, "\(gain.errors)")
    let photon = try pair(gain.output, "photon at 708.20 eV: ")
    #expect(abs(photon.value - 25 * 708.2 / 708) < 3 * photon.error)
    #expect(photon.error < 0.5)
    #expect(gain.output.contains("preprocessing:\n  adu_per_eV: 0.035"))

    let center = try tiltfold("calibrate", "center", path, "--quiet", "--energy", "710.2")
    #expect(center.code == 0, "\(center.errors)")
    let row = try pair(center.output, "center_px: [")
    #expect(abs(row.value - 479.5 - Self.beam.rows) < 0.2)
    #expect(abs(row.error - 479.5 - Self.beam.columns) < 0.2)

    let disc = try tiltfold("calibrate", "attenuator", path, "--quiet")
    #expect(disc.code == 0, "\(disc.errors)")
    for (name, truth) in [("708.20", 0.015), ("710.20", 0.0159)] {
      let found = try pair(disc.output, "transmission at \(name) eV: ")
      #expect(abs(found.value - truth) < 3 * found.error, "\(disc.output)")
      #expect(found.error < 0.25 * truth)
    }
    #expect(disc.output.contains("    transmissions: [[708.2, 0.01"))

    let pixels = try tiltfold("calibrate", "badpixels", path, "--quiet")
    #expect(pixels.code == 0, "\(pixels.errors)")
    let count = try pair(pixels.output, "bad pixels: ")
    #expect(count.value <= 2, "\(pixels.output)")
    // What is printed can be pasted.
    for outcome in [gain, center, disc, pixels] {
      let lines = try #require(outcome.output.components(separatedBy: "configuration:\n").last)
      let yaml =
        "source:\n  connect: [\"tcp://127.0.0.1:1\"]\n"
        + lines.components(separatedBy: "\n\n")[0] + "\n"
      #expect(throws: Never.self) { try PipelineConfiguration(yaml: yaml, file: "pasted") }
    }
    for kind in ["photons", "center", "attenuator", "badpixels"] {
      #expect(scratch.names.contains("run-\(kind).png"))
    }
  }

  @Test func ofDoubleExposuresOneTimeIsUsedAndSaid() throws {
    let path = try recording { parameters in
      parameters.energies = [PhotonEnergy(electronVolts: 708.2)]
      parameters.attenuator.transmissions = [0.015]
      parameters.exposureTime = 0.2
      parameters.exposureRatio = 4
      parameters.scanRows = 2
    }
    let center = try tiltfold("calibrate", "center", path, "--quiet")
    #expect(center.code == 0, "\(center.errors)")
    #expect(center.output.contains("by 10 exposures of 0.2 s"), "\(center.output)")
    let long = try tiltfold("calibrate", "photons", path, "--quiet", "--exposure-s", "0.8")
    #expect(long.output.contains("in 10 exposures of 0.8 s"), "\(long.output)\(long.errors)")
    let pixels = try tiltfold("calibrate", "badpixels", path, "--quiet")
    #expect(
      pixels.output.contains("tested for light; a pinhole or flood exposure"),
      "\(pixels.output)"
    )
    #expect(pixels.output.contains("from 20 darks and 20 exposures"), "\(pixels.output)")
    let none = try tiltfold("calibrate", "center", path, "--quiet", "--exposure-s", "0.5")
    #expect(none.code == 65)
    #expect(none.errors.contains("the recording has 0.2 s, 0.8 s"), "\(none.errors)")
  }

  @Test func whatIsMissingIsSaidInPlainWords() throws {
    let path = try recording { parameters in
      parameters.darkCount = 0
      parameters.scanRows = 1
      parameters.energies = [PhotonEnergy(electronVolts: 708.2)]
      parameters.attenuator.transmissions = [0.015]
    }
    for kind in ["photons", "center", "attenuator", "badpixels"] {
      let outcome = try tiltfold("calibrate", kind, path, "--quiet")
      #expect(outcome.code == 65)
      #expect(outcome.errors.contains("there are no darks"), "\(outcome.errors)")
    }
    let missing = try tiltfold("calibrate", "center", scratch.file("no.h5"))
    #expect(missing.code == 66)
    let nowhere = scratch.file("no/such/picture.png")
    #expect(try tiltfold("calibrate", "center", path, "--output", nowhere).code == 73)
  }

  @Test(arguments: ["attenuator", "photons", "center", "badpixels"])
  func everyCalibrationShowsAnExample(kind: String) throws {
    let help = try tiltfold("calibrate", kind, "--help")
    #expect(help.code == 0)
    #expect(help.output.contains("  tiltfold calibrate \(kind) "))
  }
}
