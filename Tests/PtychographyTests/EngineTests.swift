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
      var parameters = PtychographyParameters()
      parameters.engine = engine
      var solver = IncrementalReconstruction(
        grid: scan.grid,
        identity: ScanIdentity(scan: "parts", energy: PhotonEnergy(electronVolts: 708.2)),
        plan: SyntheticScan.plan,
        parameters: parameters,
        probe: scan.probe,
        workers: SerialWork(parts: parts)
      )
      for pattern in scan.patterns { solver.add(pattern) }
      solver.iterate(5)
      return solver.result().transmission.values
    }
    let one = run(1)
    #expect(relativeError(run(3), of: one) < 1e-4)
    #expect(run(2) == run(2))
  }
}
