// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LivePipeline
import TestSupport
import Testing

@Suite struct ConfigurationErrorsTests {
  /// What is wrong with a text.
  private func problems(_ yaml: String) -> [ConfigurationProblem] {
    do throws(ConfigurationErrors) {
      _ = try PipelineConfiguration(yaml: yaml, file: "some.yaml")
      return []
    } catch {
      return error.problems
    }
  }

  /// The only problem of a text that lacks nothing but what `lines` say.
  private func problem(_ lines: String) throws -> ConfigurationProblem {
    let found = problems("source:\n  connect: [\"tcp://127.0.0.1:37013\"]\n" + lines)
    #expect(found.count == 1, "\(found)")
    return try #require(found.first)
  }

  @Test func theShortestConfigurationNamesASource() throws {
    #expect(problems("source:\n  connect: [\"tcp://127.0.0.1:37013\"]\n").isEmpty)
    let missing = try #require(problems("source:\n  dialect: tiltfold\n").first)
    #expect(missing.key == "source.connect")
    #expect(missing.line == 1)
    #expect(missing.message.contains("missing"))
  }

  @Test func anUnknownKeyIsNamedWithItsLineAndTheNearestKey() throws {
    let wrong = try problem("tomography:\n  damping: 2\n  relaxatoin: 0.5\n")
    #expect(wrong.line == 5)
    #expect(wrong.key == "tomography.relaxatoin")
    #expect(wrong.message.contains("did you mean relaxation?"))
    #expect(wrong.message.contains("from 0.01 to 1.9"))
  }

  @Test func anUnknownSectionIsNamedWithTheNearestSection() throws {
    let wrong = try problem("tomografy:\n  seed: 2\n")
    #expect(wrong.message.contains("did you mean tomography?"))
  }

  @Test func aKeyInTheWrongSectionIsSentWhereItBelongs() throws {
    let wrong = try problem("results:\n  final_alignment_rounds: 2\n")
    #expect(wrong.message.contains("section tomography"))
  }

  @Test func aValueOutOfBoundsIsToldItsBounds() throws {
    let wrong = try problem("tomography:\n  relaxation: 7\n")
    #expect(wrong.line == 4)
    #expect(wrong.key == "tomography.relaxation")
    #expect(wrong.message.contains("7 is out of bounds"))
    #expect(wrong.message.contains("from 0.01 to 1.9"))
  }

  @Test(arguments: [
    ("voxel_size_m: 6.7 nm", "voxel_size_m: 6.7e-9"),
    ("voxel_size_m: 0.0067µm", "voxel_size_m: 6.7e-9"),
    ("voxel_size_nm: 6.7", "voxel_size_m: 6.7e-9"),
    ("voxel_size: 6.7", "voxel_size_m"),
    ("voxel_size_m: 6.7", "6.7 nm would be 6.7e-9"),
    ("voxel_size_m: 6.7 s", "6.7 s is a time"),
  ])
  func aWrongUnitIsToldTheRightNumber(line: String, hint: String) throws {
    let wrong = try problem("tomography:\n  \(line)\n")
    #expect(wrong.line == 4)
    #expect(wrong.message.contains(hint), "\(wrong)")
  }

  @Test(arguments: [
    ("tomography:\n  non_negative: yes", "true or false"),
    ("tomography:\n  final_sweeps: 2.5", "a whole number"),
    ("tomography:\n  final_sweeps: \"2\"", "a whole number"),
    ("tomography:\n  relaxation: .nan", "a number"),
    ("tomography:\n  relaxation: [1, 2]", "a number"),
    ("tomography:\n  relaxation: {a: 1}", "a number"),
    ("tomography: 3", "section of keys"),
    ("compute:\n  planning_effort: patent", "did you mean patient?"),
    ("previews:\n  bind: 127.0.0.1:37017", "an endpoint"),
    ("previews:\n  bind: tcp://127.0.0.1", "an endpoint"),
    ("dashboard:\n  bind: tcp://127.0.0.1:8080", "an address"),
    ("dashboard:\n  bind: 127.0.0.1", "an address"),
    ("dashboard:\n  bind: beamline.example:8080", "an address"),
  ])
  func aWrongTypeIsToldTheRightOne(yaml: String, hint: String) throws {
    let wrong = try problem(yaml + "\n")
    #expect(wrong.message.contains(hint), "\(wrong)")
  }

  @Test func aKeyGivenTwiceIsAnError() throws {
    let wrong = try problem("tomography:\n  seed: 1\n  seed: 2\n")
    #expect(wrong.message.contains("more than once"))
    #expect(wrong.message.contains("seed"))
    #expect(wrong.line == 4)
  }

  @Test func everythingThatIsWrongIsToldAtOnceInTheOrderOfTheFile() throws {
    let found = problems(
      "tomography:\n  relaxation: 7\n  seed: x\nsource:\n  dialect: latin\n  connect: []\nfoo: 1\n"
    )
    #expect(found.map(\.line) == [2, 3, 5, 6, 7])
    let error = ConfigurationErrors(file: "some.yaml", problems: found)
    #expect(error.description.split(separator: "\n").count == 5)
    #expect(error.description.hasPrefix("some.yaml:2: tomography.relaxation: "))
  }

  @Test(arguments: ["", "just words", "a: [1, 2", "a: b: c", "- 1\n- 2", "\u{0}"])
  func whatIsNoConfigurationIsRefusedInWords(yaml: String) {
    #expect(!problems(yaml).isEmpty)
  }

  @Test func aFileThatIsNotThereIsNamed() {
    #expect(throws: ConfigurationErrors.self) {
      try PipelineConfiguration.load(path: "no/such/file.yaml")
    }
  }

  @Test func theDashboardServesOtherMachinesOnlyWhereThatIsSaid() throws {
    let source = "source:\n  connect: [\"tcp://127.0.0.1:37013\"]\n"
    for address in ["0.0.0.0:8080", "192.0.2.7:80", "[::]:8080"] {
      let open = "\(source)dashboard:\n  enabled: true\n  bind: \"\(address)\"\n"
      let found = problems(open)
      #expect(found.map(\.key) == ["dashboard.bind"], "\(address)")
      #expect(found.first?.message.contains("insecure: true") == true)
      #expect(problems(open + "  insecure: true\n").isEmpty)
      #expect(problems(open.replacing("enabled: true", with: "enabled: false")).isEmpty)
    }
    for address in ["127.0.0.1:*", "localhost:8080", "[::1]:8080"] {
      #expect(problems("\(source)dashboard:\n  enabled: true\n  bind: \"\(address)\"\n").isEmpty)
    }
  }

  @Test func theDashboardsTokenMayStandInAFile() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("token")
    try "0123456789abcdef\n".write(toFile: file, atomically: true, encoding: .utf8)
    var dashboard = DashboardConfiguration()
    #expect(try dashboard.resolvedToken() == nil)
    dashboard.token = "file:\(file)"
    #expect(try dashboard.resolvedToken() == "0123456789abcdef")
    for wrong in ["short", "file:\(folder.file("nothing"))"] {
      dashboard.token = wrong
      #expect(throws: PipelineError.self) { try dashboard.resolvedToken() }
    }
  }

  @Test func onlyLoopbackIsOpenWithoutKeys() throws {
    let open = "previews:\n  bind: \"tcp://0.0.0.0:37017\"\n"
    let wrong = try problem(open)
    #expect(wrong.key == "previews.bind")
    #expect(wrong.line == 4)
    #expect(wrong.message.contains("insecure: true"))
    let source = "source:\n  connect: [\"tcp://127.0.0.1:37013\"]\n"
    #expect(problems(source + open + "  insecure: true\n").isEmpty)
    #expect(problems(source + open + "  enabled: false\n").isEmpty)
    #expect(
      problems(source + open + "  curve_public_key: k\n  curve_secret_key_file: f\n").isEmpty
    )
    #expect(problems(source + open + "  curve_public_key: k\n").count == 1)
  }

  @Test func voxelsAreAsLargeAsObjectPixels() throws {
    let wrong = try problem("tomography:\n  voxel_size_m: 6.8e-9\n")
    #expect(wrong.key == "tomography.voxel_size_m")
    #expect(wrong.line == 4)
    #expect(wrong.message.contains("preprocessing.object_pixel_size_m, 6.7e-9, within 1 %"))
    let source = "source:\n  connect: [\"tcp://127.0.0.1:37013\"]\n"
    #expect(problems(source + "tomography:\n  voxel_size_m: 6.75e-9\n").isEmpty)
    let both = "tomography:\n  voxel_size_m: 8e-9\npreprocessing:\n  object_pixel_size_m: 8e-9\n"
    #expect(problems(source + both).isEmpty)
  }

  @Test func thePatternHoldsTheZonePlatesCone() throws {
    let wrong = try problem("probe:\n  outer_zone_width_m: 6.0e-9\n")
    #expect(wrong.key == "preprocessing.object_pixel_size_m")
    #expect(wrong.message.contains("probe.outer_zone_width_m"))
  }

  @Test(arguments: [
    ("bind: \"tcp://127.0.0.1:37013\"", "source.connect"),
    ("bind: \"tcp://127.0.0.1:37016\"", "previews.bind"),
  ])
  func eachEndpointHasOneUse(line: String, other: String) throws {
    let wrong = try problem("previews:\n  \(line)\n")
    #expect(wrong.message.contains(other), "\(wrong)")
  }

  @Test(arguments: [
    ("transmissions: []", "the list has 0 entries"),
    ("transmissions: [[708.2, 1.5]]", "1.5"),
    ("transmissions: [[708.2]]", "the list has 1 entries"),
    ("radius_m: 1.83 mm", "radius_m: 0.00183"),
    ("offset_px: [1, 2, 3]", "the list has 3 entries"),
  ])
  func aWrongAttenuatorIsToldWhatIsWrong(line: String, hint: String) throws {
    let wrong = try problem("preprocessing:\n  attenuator:\n    \(line)\n")
    #expect(wrong.key == "preprocessing.attenuator.\(line.prefix { $0 != ":" })")
    #expect(wrong.line == 5)
    #expect(wrong.message.contains(hint), "\(wrong)")
  }

  @Test func aStagesOwnRuleIsReportedAtItsKey() throws {
    let wrong = try problem("tomography:\n  final_sweeps: 3\n  settling_sweeps: 4\n")
    #expect(wrong.key == "tomography.settling_sweeps")
    #expect(wrong.line == 5)
  }
}
