// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing

import LivePipeline

@Suite struct ResultsReportTests {
  private let folder: TemporaryFolder
  private let plotly: PlotlyLibrary

  init() throws {
    folder = try TemporaryFolder()
    try "/**\n* plotly.js v3.1.0\n*/".write(
      toFile: folder.file("library.js"),
      atomically: true,
      encoding: .utf8
    )
    plotly = try PlotlyLibrary([PlotlyLibrary.variable: folder.file("library.js")])
  }

  private static let side = 24

  /// A box, one half of it LiFePO₄ and the other FePO₄.
  private func record() -> TomogramRecord {
    let side = Self.side
    let empty = Volume(sizeX: side, sizeZ: side, sizeY: side)
    var (first, second, labels) = (empty, empty, empty)
    var (lithiated, delithiated) = (empty, empty)
    var composition = Volume(sizeX: side, sizeZ: side, sizeY: side, filledWith: .nan)
    var angle = composition
    for x in 8..<16 {
      for z in 8..<16 {
        for y in 8..<16 {
          let isLithiated = x < 14
          first[x: x, z: z, y: y] = isLithiated ? 0.08 : 0.035
          second[x: x, z: z, y: y] = isLithiated ? 0.036 : 0.08
          labels[x: x, z: z, y: y] = isLithiated ? 1 : 3
          lithiated[x: x, z: z, y: y] = isLithiated ? 1 : 0
          delithiated[x: x, z: z, y: y] = isLithiated ? 0 : 1
          composition[x: x, z: z, y: y] = isLithiated ? 1 : 0
          angle[x: x, z: z, y: y] = isLithiated ? 24 : 66
        }
      }
    }
    let tilts = [-60.0, -30, 0, 30, 60].map { TiltAngle(degrees: $0) }
    let stack = ImageStack(count: 5, shape: Shape2D(rows: side, columns: side))
    var lit = stack
    for i in lit.values.indices { lit.values[i] = 1 }
    var record = TomogramRecord(
      name: "box <b>&",
      voxelSize: Length(nanometers: 6.7),
      tilts: tilts,
      energies: [708.2, 710.2].map { PhotonEnergy(electronVolts: $0) },
      projections: [stack, stack],
      coverage: [lit, lit],
      volumes: [first, second],
      shifts: tilts.indices.map { PixelShift(rows: 0.1 * Double($0), columns: -0.2) },
      residuals: [[0.01, 0.01, 0.02, 0.01, 0.01], [0.01, 0.01, 0.01, 0.01, 0.01]],
      accepted: [true, true, true, true, false],
      chemistry: TomogramChemistry(
        lithiated: lithiated,
        delithiated: delithiated,
        composition: composition,
        polarAngle: angle,
        phaseLabel: labels
      ),
      parameters: "chemistry:\n  segmentation_threshold_percent: 25\n",
      version: "0.0.1"
    )
    record.resolution = [
      TomogramResolution(
        energyIndex: 0,
        frequencies: [0.01, 0.03, 0.05],
        correlations: [1, 0.7, 0.2],
        halfBitThreshold: [0.5, 0.4, 0.3],
        shellCounts: [10, 50, 100],
        tilts: [2, 2],
        halfPeriodAtHalfBit: Length(nanometers: 11.3),
        halfPeriodAtOneHalf: Length(nanometers: 12.9),
        crowtherLimit: Length(nanometers: 42.5)
      )
    ]
    return record
  }

  /// The box again, with compositions about 93 % and 5 % LiFePO₄ and, below the edge, what both phases and
  /// something without iron absorb at all energies alike.
  ///
  /// - Parameters:
  ///   - isTurned: Whether FePO₄'s peak is the configuration's first energy.
  ///   - foreign: The OD per voxel of what holds no iron.
  ///   - subtracts: Whether there is an energy below the edge, which is subtracted.
  /// - Returns: The record, and the share of FePO₄ in its iron.
  private func mixture(
    isTurned: Bool = false,
    foreign: Double = 0,
    subtracts: Bool = false
  ) -> (record: TomogramRecord, charge: Double) {
    var record = record()
    let (a, below) = ([[11.80, 5.33], [5.45, 11.86]], [0.39, 0.37])
    let thickness = record.voxelSize.micrometers
    var random = SeededGenerator(seed: 11)
    var third = Volume(sizeX: Self.side, sizeZ: Self.side, sizeY: Self.side)
    var (charge, count) = (0.0, 0.0)
    for i in third.values.indices {
      let label = record.chemistry?.phaseLabel.values[i] ?? 0
      guard label > 0 else { continue }
      let share = label == 1 ? 0.93 + 0.06 * random.normal() : 0.05 + 0.05 * random.normal()
      func density(_ row: [Double]) -> Double {
        thickness * (row[0] * share + row[1] * (1 - share)) + foreign
      }
      record.volumes[0].values[i] = Float(density(a[0]))
      record.volumes[1].values[i] = Float(density(a[1]))
      third.values[i] = Float(density(below))
      let taken = subtracts ? density(below) : 0
      let (first, second) = (density(a[0]) - taken, density(a[1]) - taken)
      let angle = isTurned ? atan2(first, second) : atan2(second, first)
      record.chemistry?.polarAngle.values[i] = Float(angle * 180 / .pi)
      charge += 1 - share
      count += 1
    }
    record.parameters = "chemistry:\n  segmentation_threshold_percent: 25\n"
    if isTurned {
      record.parameters +=
        "  absorption_per_um: [[5.45, 11.86], [11.80, 5.33]]\n  energies_eV: [710.2, 708.2]\n"
    }
    if subtracts {
      record.parameters += "  subtract_pre_edge: true\n"
      record.energies.insert(PhotonEnergy(electronVolts: 700), at: 0)
      record.volumes.insert(third, at: 0)
      record.projections.append(record.projections[0])
      record.coverage.append(record.coverage[0])
      record.residuals.append(record.residuals[0])
    }
    return (record, charge / count)
  }

  /// The numbers of the two peaks, and the state of charge in percent.
  private func chemistry(in page: String) throws -> (
    angles: [Double], compositions: [Double], charge: Double
  ) {
    func number(_ name: String) throws -> Double {
      let cell = try row(name, in: page)[0].split(separator: " ")[0]
      return try #require(Double(cell.replacing("−", with: "-")), "\(cell)")
    }
    // The rows of both phases have the same names for what follows the angle.
    let compositions = page.components(separatedBy: "<td>composition at that centre, LFP</td>")
      .dropFirst()
      .compactMap { $0.firstMatch(of: />([^<]*)<\/td>/).map { String($0.output.1) } }
      .compactMap { Double($0.replacing("−", with: "-")) }
    return (
      try ["LFP-like", "FP-like"].map { try number("polar angle of \($0) voxels, centre") },
      compositions, try number("state of charge, FP among all iron phosphate")
    )
  }

  @Test(arguments: [false, true])
  func theOrderOfTheEnergiesDoesNotExchangeThePhases(isTurned: Bool) throws {
    let (record, charge) = mixture(isTurned: isTurned)
    try writeTomogram(record, to: folder.file("tomogram.h5"))
    let text = try page(ResultsReport(folder.path))
    let found = try chemistry(in: text)
    // By the absorption 93 % are at 27.5° and 5 % at 64.0°; turned about, at what they lack to 90°.
    for (angle, expected) in zip(found.angles, [27.5, 63.9]) {
      #expect(abs(angle - (isTurned ? 90 - expected : expected)) < 0.8, "\(found)")
    }
    #expect(found.compositions.count == 2)
    for (composition, expected) in zip(found.compositions, [93.0, 5.0]) {
      #expect(abs(composition - expected) < 2, "\(found)")
    }
    #expect(abs(found.charge - 100 * charge) < 0.06)
    #expect(text.contains("LFP-rich \(isTurned ? "above" : "below") ("))
    #expect(text.contains("FP-rich \(isTurned ? "below" : "above") ("))
  }

  @Test func compositionsAreThoseOfWhatIsLeftOfThePreEdge() throws {
    let (record, charge) = mixture(foreign: 0.02, subtracts: true)
    try writeTomogram(record, to: folder.file("tomogram.h5"))
    let text = try page(ResultsReport(folder.path))
    let found = try chemistry(in: text)
    // The absorption as it stands would make 95.0 % of the angle of 93 %, and what holds no iron would
    // draw the state of charge towards one half.
    #expect(abs(found.compositions[0] - 93) < 1.4, "\(found)")
    #expect(abs(found.compositions[1] - 5) < 2, "\(found)")
    #expect(abs(found.charge - 100 * charge) < 0.06)
    #expect(text.contains("less the density below the edge"))
  }

  private func page(_ report: ResultsReport, figures: Bool = false) throws -> String {
    let output = folder.file("report.html")
    _ = try report.write(to: output, drawsFigures: figures, plotly: plotly)
    return try String(contentsOfFile: output, encoding: .utf8)
  }

  /// The cells of the first row that begins so.
  private func row(_ name: String, in page: String) throws -> [String] {
    let start = try #require(page.range(of: "<td>\(name)</td>"), "no row \(name)")
    let end = try #require(page.range(of: "</tr>", range: start.upperBound..<page.endIndex))
    return page[start.upperBound..<end.lowerBound].matches(of: />([^<]*)<\/td>/)
      .map { String($0.output.1) }
  }

  @Test func theNumbersAreThoseOfTheRecord() throws {
    try writeTomogram(record(), to: folder.file("tomogram.h5"))
    let text = try page(ResultsReport(folder.path))
    func number(_ name: String) throws -> String { try row(name, in: text)[0] }
    #expect(try number("FSC, volume at 708.2 eV, half period, 1/2 bit") == "11.3")
    #expect(try number("FSC, volume at 708.2 eV, full period, 1/2 bit") == "22.6")
    #expect(try number("FSC, volume at 708.2 eV, half period, 0.5") == "12.9")
    #expect(try number("Crowther limit π D / N, full period") == "42.5")
    #expect(try number("tilts in the volumes") == "4 of 5")
    #expect(try number("range of the tilts") == "−60.0 to +30.0")
    #expect(try number("voxel size") == "6.70")
    #expect(try number("voxels LFP-rich, mixed, FP-rich") == "75.0, 0.0, 25.0")
    // 2 of 8 layers are FePO₄; the absorption of the phases is the configuration's default, by which
    // o₁ = 0.08, o₂ = 0.036 is composition 1.005 and o₁ = 0.035, o₂ = 0.08 is −0.018.
    let charge = try #require(Double(try number("state of charge, FP among all iron phosphate")))
    let (a, b, c, d) = (11.80, 5.33, 5.45, 11.86)
    let (o1, o2) = (0.75 * 0.08 + 0.25 * 0.035, 0.75 * 0.036 + 0.25 * 0.08)
    let (lithiated, delithiated) = (d * o1 - b * o2, a * o2 - c * o1)
    #expect(abs(charge - 100 * delithiated / (lithiated + delithiated)) < 0.06)
    #expect(try row("LFP-rich", in: text) == ["384", "0.115", "75.0"])
    // The configuration's threshold, not the default.
    #expect(text.contains("LFP-rich above 75 %"))
    #expect(text.contains("segmentation_threshold_percent: 25"))
    #expect(text.contains("<h1>box &lt;b&gt;&amp;</h1>") && !text.contains("box <b>"))
    for id in [
      "numbers", "slices", "edges", "resolution", "chemistry", "maps", "surfaces", "particles",
      "spectra", "projections", "alignment", "scans", "events", "parameters",
    ] {
      #expect(text.contains("<section id=\"\(id)\">"), "no section \(id)")
      #expect(text.contains("<a href=\"#\(id)\""), "no link to \(id)")
    }
  }

  /// Three particles, the second one active, the third a bunch.
  private func writeParticles(to path: String, firstVolume: Double = 100) throws {
    let file = try StorageFile(creating: path)
    let group = "/entry/particles"
    try file.makeGroup("/entry")
    try file.makeGroup(group)
    try file.makeGroup("\(group)/table")
    let side = Self.side
    try file.write(
      record().chemistry?.phaseLabel.values.map { Int32($0) } ?? [],
      shape: [side, side, side],
      at: "\(group)/label"
    )
    try file.write(value: 15.0, at: "\(group)/active_percent", unit: "percent")
    try file.write(value: 0.02, at: "\(group)/threshold", unit: "1")
    try file.write([1, 2] as [Int32], shape: [1, 2], at: "\(group)/contacts", unit: "1")
    let numbers: [(String, [Double])] = [
      ("volume", [3e4, 9e4, 2e5]), ("volume_voxels", [firstVolume, 300, 700]),
      ("facet_area", [4000, 9000, 1e4]), ("long", [80, 100, 120]), ("wide", [60, 90, 100]),
      ("thickness", [20.5, 24, 30]), ("delithiated", [0.05, 0.403, 0.2]),
      ("delithiated_error", [0.01, 0.01, 0.01]), ("centroid_x", [-6.7, 6.7, 0]),
      ("centroid_y", [0, 0, 0]), ("centroid_z", [0, 0, 0]), ("moment_long", [40, 40, 40]),
      ("moment_wide", [30, 30, 30]), ("moment_thin", [20, 20, 20]),
      ("long_axis_x", [0, 0, 0]), ("long_axis_y", [1, 1, 1]), ("long_axis_z", [0, 0, 0]),
      ("wide_axis_x", [0, 0, 0]), ("wide_axis_y", [0, 0, 0]), ("wide_axis_z", [1, 1, 1]),
      ("thin_axis_x", [1, 1, 1]), ("thin_axis_y", [0, 0, 0]), ("thin_axis_z", [0, 0, 0]),
    ]
    for (name, list) in numbers {
      try file.write(list, shape: [3], at: "\(group)/table/\(name)", unit: "1")
    }
    try file.write([1, 2, 3] as [Int32], shape: [3], at: "\(group)/table/id")
    let flags: [(String, [UInt8])] = [
      ("is_bunch", [0, 0, 1]), ("is_active", [0, 1, 1]), ("is_cut", [0, 0, 0]),
    ]
    for (name, list) in flags { try file.write(list, shape: [3], at: "\(group)/table/\(name)") }
    try file.close()
  }

  @Test func particlesAreCountedWithTheirBinomialError() throws {
    try writeTomogram(record(), to: folder.file("tomogram.h5"))
    try writeParticles(to: folder.file("particles.h5"))
    let text = try page(ResultsReport(folder.path), figures: true)
    #expect(try row("particles, separated", in: text)[0] == "2")
    #expect(try row("bunches that could not be separated", in: text)[0] == "1")
    // √(1/2 · 1/2 / 2) = 35.4 %.
    #expect(try row("active particles, from 15 % FP on", in: text)[0] == "50.0 ± 35.4")
    let cells = text.matches(of: /<td class="number">2<\/td>.*90.00.*9000.*24.0.*40.3.*active/)
    #expect(cells.count == 1)
    #expect(text.contains("Li0.60FePO₄"))
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.file("report"))
    for name in ["particles.png", "particle-activity.svg", "particle-sections.png"] {
      #expect(files.contains(name), "\(files.sorted())")
    }
  }

  @Test func aTomogramsParticlesAreThoseOfItsName() throws {
    try writeTomogram(record(), to: folder.file("second-tomogram.h5"))
    try writeParticles(to: folder.file("particles.h5"))
    let none = try page(ResultsReport(folder.file("second-tomogram.h5")))
    #expect(none.contains("There are no particles in this tomogram"))
    try writeParticles(to: folder.file("second-particles.h5"))
    let found = try page(ResultsReport(folder.file("second-tomogram.h5")))
    #expect(try row("particles, separated", in: found)[0] == "2")
  }

  @Test func binsOfVolumeAreTheConfigurationsAndHoldWhatIsKnown() throws {
    var record = record()
    record.parameters += "particles:\n  volume_bin_voxels: 50\n"
    try writeTomogram(record, to: folder.file("tomogram.h5"))
    try writeParticles(to: folder.file("particles.h5"), firstVolume: .nan)
    let text = try page(ResultsReport(folder.path))
    #expect(text.contains("in bins of 50 voxels"))
    #expect(text.contains("Not known, and in no bin: the volume of 1."))
    // It is a particle all the same.
    #expect(try row("particles, separated", in: text)[0] == "2")
  }

  @Test func figuresAreFilesToo() throws {
    try writeTomogram(record(), to: folder.file("tomogram.h5"))
    _ = try page(ResultsReport(folder.file("tomogram.h5")), figures: true)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.file("report"))
    for name in ["slices", "polar-angle", "chemical-map", "segmentation", "projections"] {
      #expect(files.contains("\(name).png") && files.contains("\(name).svg"), "\(files.sorted())")
    }
  }

  @Test func whatIsMissingIsSaid() throws {
    var summary = RunSummary()
    summary.events = ["WARNING: something <happened>"]
    let encoded = try JSONEncoder().encode(summary)
    try encoded.write(to: URL(filePath: folder.file("summary.json")))
    let text = try page(ResultsReport(folder.path))
    #expect(text.contains("There is no tomogram.h5 in this folder"))
    #expect(text.contains("WARNING: something &lt;happened&gt;"))
    #expect(!text.contains("class=\"plot\""))

    let report = try ResultsReport(folder.path)
    report.requestFinish()
    let written = try report.write(to: folder.file("early.html"), plotly: plotly)
    #expect(!written.isWhole && written.figures.isEmpty)
    let early = try String(contentsOfFile: written.page, encoding: .utf8)
    #expect(early.contains("the report was ended before it came to this"))
  }

  @Test func whatIsNoFolderOfResultsIsRefused() throws {
    let error = try #require(throws: PipelineError.self) { try ResultsReport(folder.path) }
    #expect(error.kind == .data && error.description.contains("neither tomogram.h5 nor summary"))
    let missing = try #require(throws: PipelineError.self) {
      try ResultsReport(folder.file("none"))
    }
    #expect(missing.kind == .input)
    try writeTomogram(record(), to: folder.file("tomogram.h5"))
    let onItself = try #require(throws: PipelineError.self) {
      try ResultsReport(folder.path).write(to: folder.file("tomogram.h5"), plotly: plotly)
    }
    #expect(onItself.kind == .output)
  }

  @Test func theLibraryIsLookedForInADocumentedOrder() throws {
    #expect(
      PlotlyLibrary.places(["HOME": "/home/a", "XDG_DATA_DIRS": "/opt/share:/usr/share"]) == [
        "/home/a/.local/share/tiltfold/plotly.min.js", "/opt/share/tiltfold/plotly.min.js",
        "/usr/share/tiltfold/plotly.min.js",
      ]
    )
    #expect(
      PlotlyLibrary.places(["HOME": "/home/a", "XDG_DATA_HOME": "/data"])[0].hasPrefix("/data")
    )
    #expect(PlotlyLibrary.places([PlotlyLibrary.variable: "/x.js", "HOME": "/a"]) == ["/x.js"])
    #expect(plotly.version == "3.1.0")
    let absent = try #require(throws: PipelineError.self) {
      try PlotlyLibrary([PlotlyLibrary.variable: folder.file("none.js")])
    }
    #expect(absent.kind == .input && absent.description.contains(".ci/plotly"))
    for (text, words) in [("plotly.js v2.6.1", "2.35 or later"), ("jquery", "no plotly.min.js")] {
      try text.write(toFile: folder.file("other.js"), atomically: true, encoding: .utf8)
      let error = try #require(throws: PipelineError.self) {
        try PlotlyLibrary([PlotlyLibrary.variable: folder.file("other.js")])
      }
      #expect(error.description.contains(words))
    }
  }
}
