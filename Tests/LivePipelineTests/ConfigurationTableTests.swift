// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import LivePipeline
import Preprocessing
import Testing
import Tomography

@Suite struct ConfigurationTableTests {
  /// Defaults with a source, as the shortest configuration has them.
  private func shortest() throws -> PipelineConfiguration {
    try PipelineConfiguration(
      yaml: "source:\n  connect: [\"tcp://127.0.0.1:37013\"]\n",
      file: "shortest"
    )
  }

  @Test func everyKeyStandsOnce() {
    let paths = ConfigurationTable.keys.map(\.path)
    #expect(Set(paths).count == paths.count)
  }

  @Test(arguments: ConfigurationTable.keys.map(\.path))
  func everyKeyReadsWhatItWrites(path: String) throws {
    let key = try #require(ConfigurationTable.keys.first { $0.path == path })
    let configuration = try shortest()
    for value in key.kind.samples + [key.read(configuration)] {
      var changed = configuration
      key.write(&changed, value)
      #expect(key.read(changed) == value)
    }
  }

  /// Bounds that depend on another key's value, which the stage alone can judge.
  private static let dependent: Set = [
    "tomography.settling_sweeps", "chemistry.absorption_per_um", "detector.overscan_columns",
    "detector.row_offset", "detector.lower_row_offset", "preprocessing.attenuator.transmissions",
    "detector.gain_table", "chemistry.energies_eV", "chemistry.pre_edge_absorption_per_um",
    "ptychography.likelihood_iterations",
  ]

  @Test(arguments: ConfigurationTable.keys.map(\.path))
  func boundsAreThoseOfTheStage(path: String) throws {
    let key = try #require(ConfigurationTable.keys.first { $0.path == path })
    let stage = String(key.section.prefix { $0 != "." })
    guard
      ["detector", "preprocessing", "ptychography", "registration", "tomography", "chemistry"]
        .contains(stage),
      !Self.dependent.contains(path)
    else { return }
    let rules = ConfigurationTable.stageRules.filter { $0.section == stage }
    for (value, isInside) in key.kind.edges {
      var configuration = try shortest()
      key.write(&configuration, value)
      // A value that the property's type cannot hold needs no rule.
      guard key.read(configuration) == value else { continue }
      let isRefused = rules.contains { $0.brokenKey(in: configuration) == path }
      #expect(isRefused == !isInside, "\(path): the stage judges \(value) otherwise")
    }
  }

  @Test func everyParameterOfEveryStageHasAKey() throws {
    let configuration = try shortest()
    for section in Mirror(reflecting: configuration).children {
      guard let name = section.label, name != "text" else { continue }
      let keys = ConfigurationTable.keys.filter { $0.path.hasPrefix(name + ".") }
      let before = Self.described(section.value)
      var untouched = Set(before.keys)
      for key in keys {
        for value in key.kind.samples {
          var changed = configuration
          key.write(&changed, value)
          guard
            let part = Mirror(reflecting: changed).children.first(where: { $0.label == name })
          else { continue }
          let after = Self.described(part.value)
          untouched = untouched.filter { before[$0] == after[$0] }
        }
      }
      #expect(untouched.isEmpty, "\(name): no key sets \(untouched.sorted())")
    }
  }

  /// The stored properties of a value, each in words.
  private static func described(_ value: Any) -> [String: String] {
    var properties: [String: String] = [:]
    for child in Mirror(reflecting: value).children {
      guard let label = child.label else { continue }
      let inner = Mirror(reflecting: child.value)
      if inner.displayStyle == .struct || inner.displayStyle == .optional, !inner.children.isEmpty {
        for (key, words) in described(child.value) { properties["\(label).\(key)"] = words }
      } else {
        properties[label] = String(reflecting: child.value)
      }
    }
    return properties
  }

  @Test func theFullListingIsReadBackAsTheSameConfiguration() throws {
    var configuration = try shortest()
    try configuration.set([
      ("tomography.voxel_size_m", "5.0e-9"), ("preprocessing.object_pixel_size_m", "5.0e-9"),
    ])
    try configuration.set("preprocessing.center_px", to: "[470, 481.25]")
    try configuration.set(
      "preprocessing.attenuator.transmissions",
      to: "[[707, 0.01], [710, 0.02]]"
    )
    try configuration.set("previews.rec_bind", to: "null")
    try configuration.set("source.position_axes", to: "[[0, 1], [-1, 0.02]]")
    let listing = configuration.describedInFull
    let again = try PipelineConfiguration(yaml: listing, file: "listing")
    #expect(again.describedInFull == listing)
    #expect(listing.contains("voxel_size_m: 5e-9  # default 6.7e-9\n"))
    #expect(again.text == listing)
  }

  @Test func noAttenuatorIsWrittenAsNull() throws {
    let source = "source:\n  connect: [\"tcp://127.0.0.1:37013\"]\npreprocessing:\n"
    let without = try PipelineConfiguration(yaml: source + "  attenuator: null\n", file: "none")
    #expect(without.preprocessing.attenuator == nil)
    #expect(without.describedInFull.contains("  attenuator: null\n"))
    let again = try PipelineConfiguration(yaml: without.describedInFull, file: "listing")
    #expect(again.preprocessing.attenuator == nil)
    let with = try PipelineConfiguration(
      yaml: source + "  attenuator:\n    offset_px: [-3, 5.5]\n",
      file: "some"
    )
    #expect(with.preprocessing.attenuator?.offset == PixelShift(rows: -3, columns: 5.5))
    #expect(with.describedInFull.contains("    transmissions: [[708.2, 0.015], [710.2, 0.0159]]\n"))
  }

  @Test func keysThatHangTogetherAreSetTogether() throws {
    var configuration = try shortest()
    #expect(throws: ConfigurationErrors.self) {
      try configuration.set("tomography.voxel_size_m", to: "8e-9")
    }
    try configuration.set([
      ("tomography.voxel_size_m", "8e-9"), ("preprocessing.object_pixel_size_m", "8e-9"),
    ])
    #expect(configuration.tomography.voxelSize == configuration.preprocessing.objectPixelSize)
  }

  @Test func setHoldsToTheSameRulesAsAFile() throws {
    var configuration = try shortest()
    try configuration.set("tomography.relaxation", to: "0.3")
    #expect(configuration.describedInFull.contains("relaxation: 0.3  # default 0.5\n"))
    let before = configuration.describedInFull
    for (key, value) in [
      ("tomography.relaxation", "9"), ("tomography.relaxatoin", "0.3"), ("relaxation", "0.3"),
      ("tomography.settling_sweeps", "900"), ("tomography", "3"), ("", ""),
      ("tomography.relaxation", "[0.3"), ("tomography.relaxation", ""),
    ] {
      #expect(throws: ConfigurationErrors.self) { try configuration.set(key, to: value) }
    }
    #expect(configuration.describedInFull == before)
  }
}

extension ConfigurationKind {
  /// Values that may stand there, none of them likely to be a default.
  var samples: [ConfigurationValue] {
    switch self {
    case .number(let range):
      [.number(range.lowerBound), .number(range.upperBound)]
    case .integer(let range): [.integer(range.lowerBound), .integer(range.upperBound)]
    case .flag: [.flag(true), .flag(false)]
    case .text: [.text("some words")]
    case .endpoint: [.text("tcp://127.0.0.1:1")]
    case .address: [.text("127.0.0.1:1")]
    case .choice(let words): words.map(ConfigurationValue.text)
    case .list(let kind, let count):
      kind.samples.map {
        .list(Array(repeating: $0, count: max(count.lowerBound, min(count.upperBound, 2))))
      }
    case .word(let word, let kind): [.text(word)] + kind.samples
    case .optional(let kind, _): [.none] + kind.samples
    }
  }

  /// The outermost values inside and the next ones outside.
  var edges: [(ConfigurationValue, isInside: Bool)] {
    switch self {
    case .number(let range):
      [
        (.number(range.lowerBound), true), (.number(range.upperBound), true),
        (.number(range.lowerBound - Self.step(range.lowerBound)), false),
        (.number(range.upperBound + Self.step(range.upperBound)), false),
      ]
    case .integer(let range):
      [
        (.integer(range.lowerBound), true), (.integer(range.upperBound), true),
      ]
        + (range.lowerBound > 0 ? [(.integer(range.lowerBound - 1), false)] : [])
        + (range.upperBound < .max ? [(.integer(range.upperBound + 1), false)] : [])
    case .optional(let kind, _), .word(_, let kind): kind.edges
    case .list(let kind, let count):
      kind.edges.map { edge in
        (.list(Array(repeating: edge.0, count: max(count.lowerBound, 1))), edge.isInside)
      }
    default: []
    }
  }

  /// A step that is small against a bound and large against its rounding.
  private static func step(_ bound: Double) -> Double { max(abs(bound) * 1e-6, 1e-12) }
}
