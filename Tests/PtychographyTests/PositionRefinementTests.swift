// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography
import Testing

@Suite struct PositionRefinementTests {
  /// A scan whose frames claim to be up to a pixel from where they were taken.
  private static func wrongPatterns(of scan: SyntheticScan) -> [DiffractionPattern] {
    var generator = SeededGenerator(seed: 11)
    return scan.patterns.map { pattern in
      var pattern = pattern
      let shift = { 2 * (generator.uniform() - 0.5) * SyntheticScan.pixelSize.meters }
      pattern.position = ScanPosition(
        x: pattern.position.x + shift(),
        y: pattern.position.y + shift()
      )
      return pattern
    }
  }

  /// The root mean square distance to the true positions, pixels, the mean distance taken out.
  private static func distance(_ positions: [ScanPosition], _ scan: SyntheticScan) -> Double {
    let size = SyntheticScan.pixelSize.meters
    let x = positions.indices.map { (positions[$0].x - scan.positions[$0].x) / size }
    let y = positions.indices.map { (positions[$0].y - scan.positions[$0].y) / size }
    func spread(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    }
    return (spread(x) + spread(y)).squareRoot()
  }

  private static func run(refines: Bool, bound: Double = 2)
    -> (dataError: Double, distance: Double, start: Double, farthest: Double)
  {
    let scan = SyntheticScan(side: 9, blobs: 150, extent: 0.9)
    let patterns = wrongPatterns(of: scan)
    var solver = scan.reconstruction {
      $0.subpixelSteps = 8
      $0.probeUpdatePeriod = 0
      $0.positionUpdatePeriod = refines ? 5 : 0
      $0.positionUpdateStart = 20
      $0.positionBound = bound
    }
    for pattern in patterns { solver.add(pattern) }
    solver.iterate(300)
    let positions = solver.positions
    let size = SyntheticScan.pixelSize.meters
    let farthest =
      positions.indices.map {
        max(
          abs(positions[$0].x - patterns[$0].position.x),
          abs(positions[$0].y - patterns[$0].position.y)
        ) / size
      }.max() ?? 0
    return (
      solver.result().dataError, distance(positions, scan),
      distance(patterns.map(\.position), scan), farthest
    )
  }

  @Test func wrongPositionsAreFound() {
    let told = Self.run(refines: false)
    let refined = Self.run(refines: true)
    #expect(refined.distance < refined.start / 4)
    #expect(refined.dataError < told.dataError / 2)
  }

  @Test func noFrameLeavesItsBound() {
    // The mean over frames is taken out after the bound, by less than the bound itself.
    #expect(Self.run(refines: true, bound: 0.2).farthest < 0.4)
  }

  @Test func positionsStayAsToldWhereTheyAreNotRefined() {
    #expect(Self.run(refines: false).farthest == 0)
  }

  /// A faint object and a probe that is still being found tell little of positions: they must stay.
  @Test(arguments: [PtychographyEngine.raar, .errorReduction, .epie])
  func truePositionsStayWhileTheProbeIsFound(engine: PtychographyEngine) {
    let scan = SyntheticScan()
    func run(period: Int) -> (dataError: Double, distance: Double) {
      var solver = scan.reconstruction(probe: SyntheticScan.lens(power: 1, curvature: 24)) {
        $0.engine = engine
        $0.subpixelSteps = 4
        $0.positionUpdatePeriod = period
      }
      for pattern in scan.patterns { solver.add(pattern) }
      solver.iterate(220)
      let positions = solver.positions
      return (solver.result().dataError, Self.distance(positions, scan))
    }
    let refined = run(period: 5)
    #expect(refined.distance < 0.5)
    // Frames between quarter pixels are rounded, which alone leaves about 0.002.
    #expect(refined.dataError < 1.2 * run(period: 0).dataError + 0.002)
  }
}
