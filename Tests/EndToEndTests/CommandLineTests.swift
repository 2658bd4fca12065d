// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing

/// Holds the built program to what Docs/Reference/CommandLine.md promises.
@Suite struct CommandLineTests {
  private static let commands = [
    "live", "control", "replay", "reconstruct", "tomogram", "inspect", "convert", "calibrate",
    "check-config", "resolution", "profile", "spectra", "report", "particles", "status", "monitor",
    "doctor",
  ]
  let scratch: TemporaryFolder
  let tiltfold: BuiltProgram

  init() throws {
    scratch = try TemporaryFolder()
    tiltfold = try #require(BuiltProgram.tiltfold, "tiltfold was not built beside the tests")
  }

  private func file(_ name: String, _ text: String) throws -> String {
    let path = scratch.file(name)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test(arguments: commands)
  func everyCommandShowsAnExample(command: String) throws {
    let help = try tiltfold(command, "--help")
    #expect(help.code == 0)
    #expect(help.output.contains("Example"))
    #expect(help.output.contains("  tiltfold \(command) "))
  }

  @Test func everyCommandIsTested() throws {
    let help = try tiltfold("--help").output
    let listed = help.matches(of: #/^  ([a-z-]+)  /#.anchorsMatchLineEndings())
      .map { String($0.output.1) }
      .filter { $0 != "help" && !$0.hasPrefix("-") }
    #expect(Set(listed) == Set(Self.commands))
  }

  @Test(
    arguments: [
      ["reconstruct"], ["live"], ["inspect", "a", "b"], ["convert", "a"],
      ["reconstruct", "a.cxi", "--append", "--output", "b.cxi"], ["replay", "--no-such-option"],
      ["no-such-command"], ["reconstruct", "a.cxi", "--iterations", "many"],
      ["reconstruct", "a.cxi", "--region", "1,2,3"],
      ["reconstruct", "a.cxi", "--resume", "b.cxi", "--probe", "auto"],
      ["reconstruct", "a.cxi", "--search-defocus", "--probe", "file"],
      ["tomogram"], ["tomogram", "a.mrc", "--quantity", "light"],
      ["tomogram", "a.mrc", "--bin", "0"],
      ["tomogram", "a.mrc", "--axis-along", "up"], ["tomogram", "a.mrc", "--pixel-size-nm", "-1"],
      ["tomogram", "a.mrc", "--remove-tilts", "five"],
      ["tomogram", "a.mrc", "--remove-tilts", "5-3"],
      ["tomogram", "a.mrc", "--no-align", "--align-rounds", "2"],
      ["status", "--wait", "0"], ["status", "--endpoint", "beamline-7"], ["monitor", "a", "b"],
      ["monitor", "--port", "0"], ["doctor", "--frames-per-second", "0"],
      ["doctor", "--set", "compute.workers=1"], ["replay", "a.h5", "--log-format", "xml"],
      ["replay", "a.h5", "--publish", "tcp://127.0.0.1:1", "--log-format", "json"],
    ]
  )
  func aWrongCommandLineEndsWith64(arguments: [String]) throws {
    let outcome = try tiltfold.run(arguments)
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains("Error: "))
  }

  @Test(arguments: [["bogus", "--connect", "tcp://127.0.0.1:1"], ["--connect", "bogus"], []])
  func anUnknownRequestIsToldWhichThereAre(words: [String]) throws {
    let outcome = try tiltfold.run(["control"] + words)
    #expect(outcome.code == 64)
    let known = "there are status, pause, resume, finish-scan, abort-scan, parameters, set, place"
    #expect(outcome.errors.contains(known), "\(outcome.errors)")
    #expect(outcome.errors.contains("'bogus'") == (words.first == "bogus"))
  }

  @Test func anUnknownKeyEndsWith78AndIsNamedWithTheNearest() throws {
    let path = try file(
      "typo.yaml",
      "source:\n  connect: [\"tcp://127.0.0.1:37013\"]\nptychography:\n  iteratons: 5\n"
    )
    for arguments in [["check-config", path], ["live", "--config", path]] {
      let outcome = try tiltfold.run(arguments)
      #expect(outcome.code == 78)
      #expect(outcome.errors.contains("\(path):4: ptychography.iteratons"))
      #expect(outcome.errors.contains("did you mean iterations?"))
      #expect(outcome.output.isEmpty)
    }
  }

  @Test func anUnknownSectionOfASetIsNamedWithTheNearest() throws {
    let path = try file("plain.yaml", "source:\n  connect: [\"tcp://127.0.0.1:37013\"]\n")
    for (set, words) in [
      ("dashbord.enabled=true", "there is no section dashbord; did you mean dashboard.enabled?"),
      ("dashbord.frobnicate=1", "there is no section dashbord; did you mean dashboard?"),
      ("nonsense.bar=1", "there is no section nonsense; there is chemistry, "),
    ] {
      let outcome = try tiltfold.run(["check-config", path, "--set", set])
      #expect(outcome.code == 78 && outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  @Test func aValueOutOfBoundsEndsWith78() throws {
    let scan = scratch.file("scan.cxi")
    let wrong = try tiltfold("reconstruct", scan, "--iterations", "0")
    #expect(wrong.code == 78)
    #expect(wrong.errors.contains("iterations"))
    #expect(try tiltfold("reconstruct", scan, "--set", "nonsense").code == 78)
    let engine = try tiltfold("reconstruct", scan, "--engine", "fastest")
    #expect(engine.code == 78)
    #expect(engine.errors.contains("epie"))
  }

  @Test func aGoodConfigurationIsPrintedSoThatItReadsAgain() throws {
    let config = Repository.root.appending(path: "Config/als-5.3.2.1.yaml")
      .path(percentEncoded: false)
    let outcome = try tiltfold("check-config", config, "--set", "ptychography.beta=0.8125")
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("beta: 0.8125  # default"))
    let again = try tiltfold("check-config", try file("again.yaml", outcome.output))
    #expect(again.code == 0)
    #expect(again.output == outcome.output)
  }

  @Test func pixelsThatTheDetectorDoesNotReachAreWarnedOf() throws {
    let config = Repository.root.appending(path: "Config/als-cosmic-7.0.1.yaml")
      .path(percentEncoded: false)
    let fits = try tiltfold("check-config", config)
    #expect(fits.code == 0 && fits.errors.isEmpty)
    let fine = try tiltfold(
      "check-config",
      config,
      "--set",
      "preprocessing.object_pixel_size_m=7e-9",
      "--set",
      "tomography.voxel_size_m=7e-9"
    )
    #expect(fine.code == 0)
    #expect(fine.errors.contains("7.000 nm is finer than the detector reaches at 708.2 eV"))
    #expect(fine.errors.contains("the finest size is 7.408e-9"))
  }

  @Test func theHelpSaysWhereARelativeRecordingStarts() throws {
    let help = try tiltfold("live", "--help").output.split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
    #expect(help.contains("A relative one starts at the working folder"))
    #expect(help.contains("that of recording.path starts at the folder of the results"))
  }

  @Test(arguments: ["reconstruct", "inspect", "replay", "tomogram"])
  func aMissingFileEndsWith66(command: String) throws {
    let path = scratch.file("missing.cxi")
    let outcome = try tiltfold(command, path)
    #expect(outcome.code == 66)
    #expect(outcome.errors.contains("\(path): there is no such file"))
  }

  @Test func whatIsNoScanEndsWith65() throws {
    let text = try file("text.cxi", "not an HDF5 file")
    for command in ["reconstruct", "inspect"] {
      let outcome = try tiltfold(command, text)
      #expect(outcome.code == 65)
      #expect(outcome.errors.contains(text))
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
    let other = scratch.file("other.h5")
    let storage = try StorageFile(creating: other)
    try storage.write([1, 2, 3] as [Double], shape: [3], at: "/somewhere/numbers")
    try storage.close()
    #expect(try tiltfold("reconstruct", other).errors.contains("there are no frames"))
    #expect(try tiltfold("reconstruct", other).code == 65)
    // What is HDF5 at least is listed.
    let listed = try tiltfold("inspect", other)
    #expect(listed.code == 0)
    #expect(listed.output.contains("/somewhere/numbers: 3 float64"))
    let refused = try tiltfold("convert", other, scratch.file("other.cxi"))
    #expect(refused.code == 65)
    #expect(refused.errors.contains("an HDF5 file of another kind"))
  }

  @Test func aResultThatCannotBeWrittenEndsWith73BeforeAnythingIsDone() throws {
    let path = scratch.file("scan.cxi")
    try writeCXI(scan: Self.emptyPatch, to: path)
    let nowhere = scratch.file("no/such/folder.cxi")
    let outcome = try tiltfold("reconstruct", path, "--output", nowhere)
    #expect(outcome.code == 73)
    #expect(outcome.errors.contains(nowhere))
  }

  @Test func aScanIsReconstructedAndItsResultInspected() throws {
    let path = scratch.file("scan.cxi")
    try writeCXI(scan: Self.emptyPatch, to: path)
    let outcome = try tiltfold(
      "reconstruct",
      path,
      "--iterations",
      "5",
      "--quiet",
      "--set",
      "compute.planning_effort=estimate"
    )
    #expect(outcome.code == 0)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output.contains("data error: "))
    #expect(outcome.output.contains("resolution: "))
    #expect(
      scratch.names
        == ["scan-result-quality.png", "scan-result.cxi", "scan-result.png", "scan.cxi"]
    )

    let scan = try tiltfold("inspect", path)
    #expect(scan.code == 0)
    #expect(scan.output.contains("49 of 16 x 16"))
    #expect(scratch.names.contains("scan-inspection.png"))
    #expect(try tiltfold("inspect", path, "--picture", scratch.file("no/such.png")).code == 73)
    let appended = try tiltfold(
      "reconstruct",
      path,
      "--append",
      "--iterations",
      "2",
      "--no-frc",
      "--no-pictures",
      "--set",
      "compute.planning_effort=estimate"
    )
    #expect(appended.code == 0, "\(appended.errors)")
    #expect(appended.output.contains("(image_1)"))
    #expect(try cxiResultNumbers(path) == [1])
    let result = try tiltfold("inspect", scratch.file("scan-result.cxi"))
    #expect(result.code == 0)
    #expect(result.output.contains("49 frames, 5 iterations"))
  }

  @Test func aReconstructionGoesOnFromItsResultWithinARegion() throws {
    let path = scratch.file("scan.cxi")
    try writeCXI(scan: Self.emptyPatch, to: path)
    let common = [
      "reconstruct", path, "--region", "-10,10,-10,0", "--no-frc", "--no-pictures", "--quiet",
      "--iterations", "4", "--set", "compute.planning_effort=estimate",
    ]
    let first = try tiltfold.run(common + ["--probe", "file", "--engine", "error_reduction"])
    #expect(first.code == 0, "\(first.errors)")
    #expect(first.output.contains("from 28 frames, 4 iterations"))
    let result = scratch.file("scan-result.cxi")
    let again = scratch.file("again.cxi")
    let second = try tiltfold.run(common + ["--resume", result, "--output", again])
    #expect(second.code == 0, "\(second.errors)")
    #expect(second.output.contains("from 28 frames, 8 iterations"))
    #expect(second.output.contains("\(result), after its 4 iterations"))
    let other = try tiltfold.run(common + ["--probe", result, "--object", again])
    #expect(other.output.contains("the probe of \(result)"))
    let none = try tiltfold.run(common + ["--probe", scratch.file("nowhere.cxi")])
    #expect(none.code == 66)
  }

  @Test func aRecordingIsInspectedWhileItGrows() throws {
    let path = scratch.file("run.h5")
    var writer = try RecordingWriter(creating: path, configuration: "", version: "9.8.7")
    let start = ["start", "{\"identifier\": \"first\"}"].map { SharedBytes(Array($0.utf8)) }
    try writer.append(start, arrival: 1_700_000_000_000_000_000)
    try writer.flush()
    let growing = try tiltfold("inspect", path)
    #expect(growing.code == 0, "\(growing.errors)")
    #expect(growing.output.contains("9.8.7, still growing"))
    #expect(growing.output.contains("\"first\", 0 frames, not ended"))
    try writer.finish()
    #expect(try tiltfold("inspect", path).output.contains("9.8.7, no longer written"))
  }

  /// 7 x 7 points on vacuum: every pattern is that of the probe.
  static var emptyPatch: CXIScan {
    let shape = Shape2D(square: 16)
    let energy = PhotonEnergy(electronVolts: 708.2)
    let pixel = energy.wavelength.meters * 0.08 / (16 * 30e-6)
    var pattern = Image(shape: shape)
    var probe = ComplexImage(shape: shape)
    for row in 0..<16 {
      for column in 0..<16 {
        let k2 = Double((row - 8) * (row - 8) + (column - 8) * (column - 8))
        pattern[row, column] = Float(1000 * exponential(-k2 / 8))
        probe[row, column] = Complex64(Float(exponential(-k2 / 12)))
      }
    }
    let positions = (0..<49).map { point in
      let (row, column) = (Double(point / 7 - 3), Double(point % 7 - 3))
      return ScanPosition(x: 2 * pixel * column, y: 2 * pixel * row)
    }
    let frames = [[Float]](repeating: pattern.values, count: 49)
    return CXIScan(
      identity: ScanIdentity(scan: "patch", energy: energy),
      detectorDistance: Length(meters: 0.08),
      detectorPixelWidth: Length(micrometers: 30),
      detectorPixelHeight: Length(micrometers: 30),
      frames: ImageStack(count: 49, shape: shape, values: frames.flatMap { $0 }),
      positions: positions,
      probe: probe
    )
  }
}
