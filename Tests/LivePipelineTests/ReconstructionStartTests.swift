// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import TestSupport
import Testing

/// Where a reconstruction may start from, and which frames take part.
@Suite struct ReconstructionStartTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  private func reconstruction(
    _ scan: CXIScan,
    _ settings: [String],
    region: ScanRegion? = nil
  ) throws -> ScanReconstruction {
    var configuration = PipelineConfiguration()
    try configuration.apply(["compute.planning_effort=estimate", "compute.workers=2"] + settings)
    return try ScanReconstruction(
      scan: scan,
      path: "small.cxi",
      region: region,
      configuration: configuration
    )
  }

  private func run(
    _ scan: CXIScan,
    _ settings: [String],
    region: ScanRegion? = nil,
    _ change: (inout ScanReconstruction.Options) -> Void = { _ in }
  ) throws -> ScanResult {
    var options = ScanReconstruction.Options()
    options.measuresResolution = false
    change(&options)
    return try reconstruction(scan, settings, region: region).run(options)
  }

  /// The file of a result of so many iterations.
  private func file(
    _ scan: CXIScan,
    _ name: String,
    _ settings: [String]
  ) throws -> (path: String, result: ScanResult) {
    var options = ScanReconstruction.Options()
    options.measuresResolution = false
    let reconstruction = try reconstruction(scan, settings)
    let result = try reconstruction.run(options)
    try reconstruction.write(result, to: scratch.file(name))
    return (scratch.file(name), result)
  }

  private func refusal(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch {
      #expect((error as? PipelineError)?.kind == .data)
      return "\(error)"
    }
  }

  @Test func aProbeOfAnotherResultIsAheadOfTheScansOwn() throws {
    let scan = SmallScan().scan
    let (path, _) = try file(scan, "first.cxi", ["ptychography.iterations=60"])
    let own = try run(scan, ["ptychography.iterations=8"])
    let other = try run(SmallScan(seed: 8).scan, ["ptychography.iterations=8"]) {
      $0.probe = .result(path)
    }
    #expect(other.start.source == .result(path))
    #expect(other.object.dataError < 0.7 * own.object.dataError)
  }

  @Test func whatDoesNotFitIsRefusedInWords() throws {
    var scan = SmallScan().scan
    let (path, _) = try file(scan, "first.cxi", ["ptychography.iterations=2"])
    scan.probe = nil
    let once = ["ptychography.iterations=1"]
    let missing = refusal { _ = try run(scan, once) { $0.probe = .file } }
    #expect(missing.contains("--probe auto"))
    #expect(throws: PipelineError.self) {
      try run(scan, once) { $0.object = scratch.file("nowhere.cxi") }
    }
    let distance = scan.detectorDistance.meters
    scan.detectorDistance = Length(meters: 1.0005 * distance)
    #expect(refusal { _ = try run(scan, once) { $0.probe = .result(path) } }.isEmpty)
    scan.detectorDistance = Length(meters: 1.002 * distance)
    for change: (inout ScanReconstruction.Options) -> Void in [
      { $0.probe = .result(path) }, { $0.object = path }, { $0.resumed = path },
    ] {
      let words = refusal { _ = try run(scan, once, change) }
      #expect(words.contains("0.1 %"))
      #expect(words.contains(path))
    }
    var elsewhere = SmallScan().scan
    elsewhere.positions[17].x += 6 * elsewhere.objectPixelWidth.meters
    let words = refusal { _ = try run(elsewhere, once) { $0.resumed = path } }
    #expect(words.contains("frame 17"))
  }

  @Test func anObjectSeedLiesWhereItBelongsOnAnotherGrid() throws {
    let scan = SmallScan().scan
    let (path, whole) = try file(scan, "first.cxi", ["ptychography.iterations=80"])
    // A corner of the scan has a grid of its own.
    let region = try #require(ScanRegion(micrometers: "-10,0,-10,0.05"))
    let once = ["ptychography.iterations=1", "ptychography.probe_update_period=0"]
    let seeded = try run(scan, once, region: region) {
      $0.object = path
      $0.probe = .result(path)
    }
    let plain = try run(scan, once, region: region) { $0.probe = .result(path) }
    #expect(seeded.object.transmission.shape != whole.object.transmission.shape)
    #expect(seeded.object.dataError < 2 * whole.object.dataError)
    #expect(plain.object.dataError > 3 * seeded.object.dataError)
  }

  @Test func aRegionTakesItsFramesOnly() throws {
    let scan = SmallScan().scan
    let region = try #require(ScanRegion(micrometers: "0, -10, -10, 0.05"))
    let inside = scan.positions.indices.filter {
      scan.positions[$0].x <= 0 && scan.positions[$0].y <= 0.05e-6
    }
    let result = try run(scan, ["ptychography.iterations=40"], region: region)
    #expect(inside.count > 15 && inside.count < 60)
    #expect(result.frames == inside)
    #expect(result.object.frameCount == inside.count)
    #expect(result.object.dataError < 0.05)
    let tiny = ScanRegion(micrometers: "0,0.001,0,0.001")
    let words = refusal { _ = try run(scan, [], region: tiny) }
    #expect(words.contains("of 100 frames lie within"))
    #expect(ScanRegion(micrometers: "1,2,3") == nil)
    #expect(ScanRegion(micrometers: "1,2,3,inf") == nil)
  }

  @Test(arguments: [
    [], ["ptychography.background=true"], ["ptychography.probe_modes=2"],
    [
      "ptychography.position_update_period=5", "ptychography.position_bound_px=1",
      "ptychography.probe_update_period=0",
    ],
  ])
  func goingOnComesToWhatOneRunComesTo(settings: [String]) throws {
    let small = SmallScan(isFine: true)
    var scan = small.noisy
    scan.probe = small.probe
    let (path, first) = try file(scan, "first.cxi", settings + ["ptychography.iterations=100"])
    let resumed = try run(scan, settings + ["ptychography.iterations=100"]) { $0.resumed = path }
    let once = try run(scan, settings + ["ptychography.iterations=200"])
    #expect(resumed.object.iteration == 200)
    #expect(resumed.start.source == .resumed(path, iterations: 100))
    #expect(resumed.convergence.measuredIterations.last == 200)
    #expect(abs(resumed.object.dataError / once.object.dataError - 1) < 0.05)
    // It goes on where the first run was, not from the beginning.
    let step = try run(scan, settings + ["ptychography.iterations=1"]) { $0.resumed = path }
    #expect(step.object.dataError < 1.05 * first.object.dataError)
  }

  @Test func timingDoesNotChangeAResult() throws {
    let scan = SmallScan().scan
    let results = try [3, 3, 1].map {
      try run(scan, ["ptychography.iterations=20", "compute.workers=\($0)"]).object
    }
    #expect(results[0].transmission == results[1].transmission)
    #expect(results[0].probe == results[1].probe)
    // Another order of sums, the same physics.
    #expect(abs(results[0].dataError - results[2].dataError) < 1e-3)
  }
}
