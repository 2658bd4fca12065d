// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import LivePipeline
import TestSupport
import Testing

/// What the result of a partially coherent probe, of refined positions and of engines is.
@Suite struct ReconstructionResultTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  private func run(
    _ scan: CXIScan,
    _ settings: [String]
  ) throws -> (result: ScanResult, path: String) {
    var configuration = PipelineConfiguration()
    try configuration.apply(["compute.planning_effort=estimate", "compute.workers=2"] + settings)
    let reconstruction = try ScanReconstruction(
      scan: scan,
      path: "small.cxi",
      configuration: configuration
    )
    let path = scratch.file("result-\(settings.count).cxi")
    let result = try reconstruction.run()
    try reconstruction.write(result, to: path)
    return (result, path)
  }

  @Test func theModesOfAPartiallyCoherentProbeAreKept() throws {
    let scan = SmallScan(isFine: true).partiallyCoherent
    let (one, _) = try run(scan, ["ptychography.iterations=100"])
    let (two, path) = try run(
      scan,
      ["ptychography.iterations=100", "ptychography.probe_modes=2"]
    )
    #expect(two.object.dataError < 0.85 * one.object.dataError)
    #expect(two.modePowers.count == 2)
    #expect(abs(two.modePowers.reduce(0, +) - 1) < 1e-6)
    #expect(two.inWords.contains("probe modes: "))
    #expect(!one.inWords.contains("probe modes"))

    let read = try readCXIResult(path)
    #expect(read.probe == two.object.probe)
    #expect(read.weakerModes == two.object.weakerModes)
    let file = try StorageFile(reading: path)
    let process = "/entry_1/image_1/process_1"
    #expect(try file.summary(of: "\(process)/probe_modes").shape == [2, 32, 32])
    // Other programs find one probe, as before.
    #expect(try file.summary(of: "\(process)/final_illumination").shape == [32, 32])
    let pictures = try two.drawPictures(beside: path)
    #expect(pictures.count == 2)
  }

  @Test func refinedPositionsAreKeptBesideThoseThatWereTold() throws {
    let small = SmallScan(isFine: true)
    let truth = small.scan
    var scan = truth
    scan.probe = small.probe
    let pixel = scan.objectPixelWidth.meters
    var random = SeededGenerator(seed: 3)
    for k in scan.positions.indices {
      scan.positions[k].x += 1.6 * (random.uniform() - 0.5) * pixel
      scan.positions[k].y += 1.6 * (random.uniform() - 0.5) * pixel
    }
    let settings = [
      "ptychography.iterations=200", "ptychography.probe_update_period=0",
      "ptychography.subpixel_steps=8",
    ]
    let (plain, _) = try run(scan, settings)
    let (refined, path) = try run(
      scan,
      settings + [
        "ptychography.position_update_period=5", "ptychography.position_bound_px=2",
      ]
    )
    let before = Self.distance(scan.positions, truth.positions) / pixel
    let after = Self.distance(refined.positions, truth.positions) / pixel
    #expect(after < 0.5 * before, "\(before) px before, \(after) px after")
    #expect(refined.object.dataError < 0.7 * plain.object.dataError)
    #expect(plain.positionShift == nil)
    let shift = try #require(refined.positionShift)
    #expect(abs(shift.meters / pixel - before) < 0.5 * before)
    #expect(refined.inWords.contains("pixels (") && refined.inWords.contains("rms"))

    let kept = try readCXIResultPositions(path)
    #expect(kept.count == 100)
    for (k, position) in refined.positions.enumerated() { #expect(kept[k] == position) }
    // The scan's own geometry says what it was told.
    let file = try StorageFile(reading: path)
    let told = try file.read(Double.self, at: "/entry_1/sample_1/geometry_1/translation").values
    for k in scan.positions.indices {
      #expect(abs(told[3 * k] - scan.positions[k].x) < 1e-15)
    }
    _ = try refined.drawPictures(beside: path)
  }

  @Test(arguments: ["raar", "difference_map", "error_reduction", "epie"])
  func everyEngineExplainsTheScan(engine: String) throws {
    let (result, _) = try run(
      SmallScan().scan,
      ["ptychography.iterations=60", "ptychography.engine=\(engine)"]
    )
    #expect(result.object.frameCount == 100)
    #expect(result.object.dataError < 0.06)
  }

  /// The root mean square distance, the mean distance taken out, metres.
  private static func distance(_ a: [ScanPosition], _ b: [ScanPosition]) -> Double {
    func spread(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    }
    return (spread(zip(a, b).map { $0.x - $1.x }) + spread(zip(a, b).map { $0.y - $1.y }))
      .squareRoot()
  }
}
