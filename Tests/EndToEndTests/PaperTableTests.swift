// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import Synchronization
import TestSupport
import Testing

/// `detector-simulator paper-table`, on a run of both programs.
@Suite struct PaperTableTests {
  /// A line of paper-table.csv.
  private struct Row {
    var truth: Double?
    var found: Double?
    var isWithin: Bool
    var remark: String
  }

  /// A run whose truth the simulator's process wrote, and where.
  private static func run(
    _ parameters: SimulationParameters
  ) throws -> (SimulatedRun.Outcome, truth: String) {
    let simulator = try BuiltProgram.simulator()
    let folder = try TemporaryFolder()
    let truth = folder.file("truth.h5")
    let endpoint = "tcp://127.0.0.1:\(SimulatedSource.freePort())"
    let arguments = [
      "run", "--bind", endpoint, "--truth", truth, "--wait-for-subscriber",
      "--frames", "cleaned", "--tilts", "\(parameters.tiltCount)",
      "--scan", "\(parameters.scanColumns)x\(parameters.scanRows)",
      "--plates", "\(parameters.plateCount)",
      "--diameter-nm", "\(parameters.sampleDiameter.nanometers)",
      "--volume-side", "\(parameters.volumeSide)",
      "--photons-per-second", "\(parameters.photonsPerSecond)",
    ]
    let said = Mutex("")
    let isDone = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      defer { isDone.signal() }
      let outcome = try? simulator.run(arguments)
      said.withLock { $0 = outcome.map { "\($0.code): \($0.errors)" } ?? "it did not start" }
    }
    let outcome = try SimulatedRun().run(endpoints: [endpoint])
    isDone.wait()
    #expect(said.withLock { $0.hasPrefix("0:") }, "\(said.withLock { $0 })")
    let kept = outcome.folder.file("truth.h5")
    try FileManager.default.moveItem(atPath: truth, toPath: kept)
    return (outcome, kept)
  }

  /// The table that was written into a folder.
  private static func rows(in results: String) throws -> [String: Row] {
    let text = try String(contentsOfFile: "\(results)/paper-table.csv", encoding: .utf8)
    var rows: [String: Row] = [:]
    for line in text.split(separator: "\n").dropFirst() {
      // A comma within quotes parts nothing.
      var cells = [""]
      var isQuoted = false
      for character in line {
        if character == "\"" {
          isQuoted.toggle()
        } else if character == ",", !isQuoted {
          cells.append("")
        } else {
          cells[cells.count - 1].append(character)
        }
      }
      rows[cells[0]] = Row(
        truth: Double(cells[3]),
        found: Double(cells[4]),
        isWithin: cells[6] == "yes",
        remark: cells[7]
      )
    }
    return rows
  }

  @Test func theTableStandsBesideTheTruthAndItsBoundsHold() throws {
    var parameters = SimulatedRun().parameters
    parameters.tiltCount = 5
    let (outcome, truth) = try Self.run(parameters)
    let simulator = try BuiltProgram.simulator()
    let phantom = Phantom(parameters)
    let iron = try Self.writeSpectra(of: phantom, parameters, truth, beside: outcome)

    let first = try simulator("paper-table", "--truth", truth, "--results", outcome.results)
    #expect(first.code == 1, "\(first.errors)")
    let rows = try Self.rows(in: outcome.results)
    let volumes = phantom.plates.map { ($0.box.volume, $0.meanComposition) }
    let charge =
      1 - volumes.reduce(0) { $0 + $1.0 * $1.1 } / volumes.reduce(0) { $0 + $1.0 }
    let row = try #require(rows["state of charge, 3-D"])
    let (actual, found) = (try #require(row.truth), try #require(row.found))
    #expect(abs(actual - 100 * charge) < 1e-6)
    let summarized = try #require(outcome.summary.tomograms.first?.stateOfCharge)
    #expect(abs(found - 100 * summarized) < 1e-6)
    let off = try #require(rows["state of charge off the truth"]?.found)
    #expect(abs(off - abs(found - actual)) < 1e-6)
    #expect(rows["state of charge off the truth"]?.isWithin == (off <= 1))
    let frames = try #require(rows["frames"])
    #expect(frames.found == 250 && frames.truth == 250)
    #expect(rows["frames lost"]?.isWithin == true && rows["frames lost"]?.found == 0)
    // 5 x 5 points and 5 tilts do not reach the paper's resolution, and the table says so.
    #expect(first.output.contains("OUT OF BOUNDS"))
    #expect(first.output.contains("Out of bounds: "))
    #expect(rows["FRC at 0 degrees, 1/2 bit, half period"]?.found == nil)

    // A third of the pixels with iron is fitted badly, and a fifth has another phase.
    let fitted = try #require(rows["pixels with R below 0.15, before any filter"])
    let wellFitted = try #require(fitted.found)
    #expect(abs(wellFitted - 66.7) < 3)
    #expect(!fitted.isWithin && fitted.remark.contains("2 energies"))
    #expect(fitted.remark.contains("4.0e+07 photons"))
    let count = try #require(Double(fitted.remark.prefix { $0.isNumber }))
    #expect(abs(count / Double(iron) - 1) < 0.03)
    let mismatch = try #require(rows["segmentation mismatch at X = 30, 3-D against 2-D"])
    let differing = try #require(mismatch.found)
    #expect(abs(differing - 20) < 3 && !mismatch.isWithin)
  }

  /// Writes a file of spectra with a map of iron that is true but for its place, a third of whose
  /// pixels is fitted badly and a fifth of which has another phase; how many pixels have iron.
  private static func writeSpectra(
    of phantom: Phantom,
    _ parameters: SimulationParameters,
    _ truth: String,
    beside outcome: SimulatedRun.Outcome
  ) throws -> Int {
    let tilt = parameters.tilts[0]
    let paths = phantom.moved(by: SIMD3(0, 2 * parameters.voxelSize.meters, 0))
      .paths(tilt: tilt, side: 64, pixelSize: parameters.voxelSize)
    let images = parameters.energies.indices.map {
      paths.opticalDensity(parameters.absorption(energyIndex: $0))
    }
    var iron = images[0]
    for i in iron.values.indices { iron.values[i] = (iron.values[i] + images[1].values[i]) / 2 }
    let places = iron.values.indices.filter { iron.values[$0] > 0.1 }
    var rFactor = Image(shape: iron.shape, filledWith: 0.01)
    let reference = Image(shape: iron.shape, filledWith: 0.9)
    var judged = reference
    for (number, place) in places.enumerated() {
      if number % 3 == 0 { rFactor.values[place] = 0.2 }
      if number % 5 == 0 { judged.values[place] = 0.5 }
    }
    var stack = ImageStack(count: 2, shape: iron.shape)
    for place in images.indices { stack[place] = images[place] }
    var record = SpectraRecord(
      name: "stack",
      energies: parameters.energies,
      stack: stack,
      pixelSize: parameters.voxelSize
    )
    let maps = [
      ("iron_optical_density", iron), ("r_factor", rFactor), ("composition_unfiltered", reference),
      ("composition_3d_2e", judged),
    ]
    record.maps = maps.map { .init(name: $0.0, meaning: $0.0, unit: "1", image: $0.1) }
    let folder = "\(outcome.results)/stack-spectra"
    try FileManager.default.createDirectory(
      atPath: folder,
      withIntermediateDirectories: true
    )
    try HDF5Storage.writeSpectra(record, to: "\(folder)/spectra.h5")
    try FileManager.default.copyItem(atPath: truth, toPath: "\(folder)/truth.h5")
    return places.count
  }

  @Test func aSmallTwinHasBoundsOfItsOwnAndWhatIsMissingIsTold() throws {
    let (outcome, truth) = try Self.run(SimulatedRun().parameters)
    let simulator = try BuiltProgram.simulator()
    func table(_ options: String...) throws -> BuiltProgram.Outcome {
      try simulator.run(
        ["paper-table", "--truth", truth, "--results", outcome.results] + options
      )
    }
    let whole = try table()
    let small = try table("--small")
    #expect(whole.output.contains("at most 11.3") && !small.output.contains("at most 11.3"))
    // What cannot be read costs its row, and the row says why.
    let broken = outcome.folder.file("broken.h5")
    try Data("this is no file of spectra".utf8).write(to: URL(filePath: broken))
    let told = try table("--spectra", broken)
    #expect(told.code == 1)
    let row = try #require(
      try Self.rows(in: outcome.results)["pixels with R below 0.15, before any filter"]
    )
    #expect(row.found == nil && row.remark.contains("broken.h5"))
    // Frames that were lost are out of any twin's bounds.
    let path = "\(outcome.results)/summary.json"
    let data = try Data(contentsOf: URL(filePath: path))
    var summary = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    summary["frames_lost"] = 3
    try JSONSerialization.data(withJSONObject: summary).write(to: URL(filePath: path))
    let lossy = try table("--small")
    let lost = try Self.rows(in: outcome.results)["frames lost"]
    #expect(lossy.code == 1 && lost?.isWithin == false && lost?.found == 3)
    // Without a tomogram there is no table.
    try FileManager.default.removeItem(atPath: "\(outcome.results)/tomogram.h5")
    let none = try table()
    #expect(none.code == 2 && none.errors.contains("No table can be made"))
    #expect(none.errors.contains("tomogram.h5"))
  }
}
