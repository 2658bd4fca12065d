// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography
import Testing

/// The error of the OD, against the scatter of reconstructions of the same scan.
@Suite struct DensityErrorTests {
  @Test(arguments: [3e4, 3e5])
  func theErrorIsTheScatterOfNoisyScans(photons: Double) throws {
    let scan = SyntheticScan(side: 8)
    let runs = (0..<12).map { seed -> ReconstructedObject in
      var solver = scan.reconstruction { $0.probeUpdatePeriod = 0 }
      for pattern in scan.noisyPatterns(photons: photons, seed: UInt64(100 + seed)) {
        solver.add(pattern)
      }
      solver.iterate(120)
      return solver.finishedResult()
    }
    let coverage = runs[0].coverage
    let typical = coverage.values.filter { $0 > 0 }.sorted()
    let lit = 0.5 * (typical.last ?? 0)
    var (measured, told) = (0.0, 0.0)
    for i in coverage.values.indices where coverage.values[i] > lit {
      let values = runs.map { Double($0.maps?.opticalDensity.values[i] ?? .nan) }
      let mean = values.reduce(0, +) / Double(values.count)
      measured +=
        values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
      let error = Double(runs[0].maps?.opticalDensityError.values[i] ?? .nan)
      told += error * error
    }
    let ratio = (measured / told).squareRoot()
    let excess = try #require(runs[0].maps?.noiseExcess)
    #expect((0.7...1.3).contains(ratio), "scatter over error \(ratio), excess \(excess)")
    #expect(excess < 1.2, "photons alone make the data error")
  }

  @Test func whatPhotonsDoNotExplainIsInTheError() throws {
    let scan = SyntheticScan()
    var solver = scan.reconstruction { $0.probeUpdatePeriod = 0 }
    for pattern in scan.noisyPatterns(photons: 1e5, seed: 5) {
      // Every other pattern 20 % brighter than the model has it.
      var changed = pattern
      if pattern.index.isMultiple(of: 2) {
        changed.amplitudes.values = changed.amplitudes.values.map { 1.1 * $0 }
      }
      solver.add(changed)
    }
    solver.iterate(60)
    let excess = try #require(solver.finishedResult().maps?.noiseExcess)
    #expect(excess > 1.4)
  }

  @Test func unlitPixelsAreAsUnsureAsCanBe() throws {
    let scan = SyntheticScan()
    var solver = scan.reconstruction()
    for pattern in scan.patterns { solver.add(pattern) }
    solver.iterate(20)
    let object = solver.finishedResult()
    let maps = try #require(object.maps)
    for i in object.coverage.values.indices where object.coverage.values[i] == 0 {
      #expect(maps.opticalDensityError.values[i] > 13)
    }
    #expect(maps.opticalDensityError.values.allSatisfy { $0.isFinite && $0 > 0 })
    let projection = opticalDensityProjection(of: object).0
    #expect(projection.opticalDensityError?.shape == projection.opticalDensity.shape)
  }

  @Test func halvesShareFramesAndAgree() {
    let scan = SyntheticScan(side: 10)
    var solver = scan.reconstruction()
    for pattern in scan.patterns { solver.add(pattern) }
    solver.iterate(80)
    let whole = solver.frameCount
    for part in 0..<2 {
      var half = solver.half(part)
      #expect(half.iteration == 0)
      #expect(half.frameCount == whole / 2)
      half.iterate(80)
      #expect(scan.error(of: half.result()) < 0.03)
    }
  }
}
