// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing

import LivePipeline

@Suite struct ResultsReportTests {
  let folder: TemporaryFolder
  let plotly: PlotlyLibrary

  init() throws {
    folder = try TemporaryFolder()
    try "/**\n* plotly.js v3.1.0\n*/".write(
      toFile: folder.file("library.js"),
      atomically: true,
      encoding: .utf8
    )
    plotly = try PlotlyLibrary([PlotlyLibrary.variable: folder.file("library.js")])
  }

  static let side = 24

  /// A box, one half of it LiFePO₄ and the other FePO₄.
  func record() -> TomogramRecord {
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

  func page(_ report: ResultsReport, figures: Bool = false) throws -> String {
    let output = folder.file("report.html")
    _ = try report.write(to: output, drawsFigures: figures, plotly: plotly)
    return try String(contentsOfFile: output, encoding: .utf8)
  }

  /// The cells of the first row that begins so.
  func row(_ name: String, in page: String) throws -> [String] {
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
