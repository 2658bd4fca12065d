// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography
import TestSupport
import Testing

/// Every engine against the object that made the patterns.
@Suite struct EngineTests {
  /// The object's error after so many iterations, from a probe of wrong defocus.
  private static func error(
    of engine: PtychographyEngine,
    iterations: Int,
    onPixels: Bool = true,
    change: (inout PtychographyParameters) -> Void = { _ in }
  ) -> Double {
    let scan = SyntheticScan(onPixels: onPixels)
    var solver = scan.reconstruction(probe: SyntheticScan.lens(power: 1, curvature: 24)) {
      $0.engine = engine
      $0.subpixelSteps = onPixels ? 1 : 8
      change(&$0)
    }
    for pattern in scan.patterns { solver.add(pattern) }
    solver.iterate(iterations)
    return scan.error(of: solver.result())
  }

  @Test(arguments: [
    (PtychographyEngine.raar, 0.02), (.differenceMap, 0.04), (.errorReduction, 0.05),
    (.epie, 0.03),
  ])
  func everyEngineFindsTheObject(engine: PtychographyEngine, bound: Double) {
    #expect(Self.error(of: engine, iterations: 150) < bound)
  }

  @Test(arguments: PtychographyEngine.allCases)
  func positionsBetweenPixelsDoNoHarm(engine: PtychographyEngine) {
    #expect(Self.error(of: engine, iterations: 150, onPixels: false) < 0.06)
  }

  @Test func aSmallRegularizationCorrectsFaster() {
    let plain = Self.error(of: .epie, iterations: 10)
    let regularized = Self.error(of: .epie, iterations: 10) { $0.pieRegularization = 0.1 }
    #expect(regularized < plain)
  }

  /// ePIE, too, has to use every frame whatever the number of parts.
  @Test(arguments: PtychographyEngine.allCases)
  func partsChangeNothingButTheOrderOfSums(engine: PtychographyEngine) {
    let scan = SyntheticScan()
    func run(_ parts: Int) -> [Complex64] {
      var solver = scan.reconstruction(parts: parts) {
        $0.engine = engine
        $0.subpixelSteps = 4
      }
      for pattern in scan.patterns { solver.add(pattern) }
      solver.iterate(5)
      return solver.result().transmission.values
    }
    let one = run(1)
    #expect(relativeError(run(3), of: one) < 1e-4)
    #expect(run(2) == run(2))
  }

  /// More groups than frames at first, sub-pixel copies in some groups only, and two modes.
  @Test(arguments: [PtychographyEngine.raar, .differenceMap, .errorReduction])
  func groupsWithoutFramesChangeNothing(engine: PtychographyEngine) {
    let scan = SyntheticScan(onPixels: false)
    func run(_ parts: Int) -> [Complex64] {
      var solver = scan.reconstruction(parts: parts) {
        $0.engine = engine
        $0.subpixelSteps = 4
        $0.probeModes = 2
        $0.minimumFrames = 2
      }
      for pattern in scan.patterns.prefix(3) { solver.add(pattern) }
      solver.iterate(3)
      for pattern in scan.patterns.dropFirst(3) { solver.add(pattern) }
      solver.iterate(3)
      #expect(solver.frameIndices == scan.patterns.map(\.index))
      return solver.result().transmission.values
    }
    #expect(relativeError(run(5), of: run(1)) < 1e-3)
  }

  /// A wave that joins is probe times object, and where no frame was before stays so.
  @Test func aFrameThatJoinsTheDifferenceMapIsNotDrawnToZero() {
    let scan = SyntheticScan(side: 3)
    var solver = scan.reconstruction {
      $0.engine = .differenceMap
      $0.probeUpdatePeriod = 0
      $0.minimumFrames = 1
    }
    solver.add(scan.patterns[0])
    solver.iterate(3)
    for pattern in scan.patterns.dropFirst() { solver.add(pattern) }
    solver.iterate(1)
    // One iteration from P O with the right moduli explains most of every pattern.
    solver.measureDataError()
    #expect(solver.dataError < 0.5, "\(solver.dataError)")
  }
}
