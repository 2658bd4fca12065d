// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import Imaging
import Ptychography
import TestSupport
import Testing

/// Patterns of few photons: the relaxed modulus step, the refinement, the scattered light's phase.
@Suite struct FewPhotonsTests {
  /// −log likelihood of a modulus at measured photons, and its distance from where the wave was.
  private static func cost(_ a: Double, from a0: Double, photons: Double, c: Double) -> Double {
    a * a - 2 * photons * naturalLogarithm(max(a, 1e-300)) + c * (a - a0) * (a - a0)
  }

  @Test(arguments: [0.0, 0.5, 1, 3])
  func theStepGoesToTheLikeliestModulusNearby(relaxation c: Double) {
    let pixels = 64
    let cases = [(3.0, 0.0), (0.2, 1.0), (4.0, 1.0), (2.0, 9.0), (10.0, 80.0)]
    // Unscaled transforms: powers are `pixels` times larger, intensities as many times smaller.
    var wave = cases.map { Complex64(Float($0.0 * Double(pixels).squareRoot()), 0) }
    let intensities = cases.map { Float($0.1 / Double(pixels)) }
    let background = [Float](repeating: 0, count: cases.count)
    var span = wave.mutableSpan
    projectOntoModuli(
      &span,
      intensities.span,
      background: background.span,
      keep: 1 / Float(pixels),
      step: ModulusStep(relaxation: c)
    )
    for (place, (a0, photons)) in cases.enumerated() {
      let found = Double(wave[place].modulus) * Double(pixels).squareRoot()
      // Golden section, independent of the closed form.
      var (low, high) = (0.0, 20.0)
      for _ in 0..<80 {
        let left = high - 0.618_034 * (high - low)
        let right = low + 0.618_034 * (high - low)
        let isLower =
          Self.cost(left, from: a0, photons: photons, c: c)
          < Self.cost(right, from: a0, photons: photons, c: c)
        if isLower { high = right } else { low = left }
      }
      #expect(abs(found - (low + high) / 2) < 2e-4 * max(1, a0), "\(a0), \(photons)")
    }
  }

  /// Patterns behind a disc that lets 1.5 % of the direct beam through, what it took divided out.
  private static func attenuated(_ scan: SyntheticScan, photons: Double) -> [DiffractionPattern] {
    let passed = 0.015
    let open = scan.noisyPatterns(photons: photons, seed: 5)
    let behind = scan.noisyPatterns(photons: passed * photons, seed: 6)
    let (side, middle) = (SyntheticScan.shape.columns, SyntheticScan.shape.columns / 2)
    return zip(open, behind).map { open, behind in
      var pattern = open
      for i in pattern.amplitudes.values.indices {
        let (row, column) = (i / side - middle, i % side - middle)
        guard row * row + column * column <= 64 else { continue }
        pattern.amplitudes.values[i] = behind.amplitudes.values[i] / Float(passed.squareRoot())
      }
      return pattern
    }
  }

  /// The object's error where a pattern has so many photons.
  private static func error(photons: Double, refines: Bool, isAttenuated: Bool) -> Double {
    let scan = SyntheticScan()
    var solver = scan.reconstruction(probe: SyntheticScan.lens(power: photons)) {
      $0.modulusRelaxation = refines ? 1 : 0
      $0.subpixelSteps = 1
    }
    let patterns =
      isAttenuated
      ? attenuated(scan, photons: photons) : scan.noisyPatterns(photons: photons, seed: 5)
    for pattern in patterns { solver.add(pattern) }
    solver.iterate(refines ? 110 : 150)
    if refines { solver.refine(40) }
    return scan.error(of: solver.result())
  }

  @Test func photonNoiseIsNotTakenForStructure() {
    let plain = Self.error(photons: 1e5, refines: false, isAttenuated: true)
    let refined = Self.error(photons: 1e5, refines: true, isAttenuated: true)
    #expect(refined < 0.75 * plain, "refined \(refined), plain \(plain)")
  }

  @Test func aRefinementHarmsNothingWherePhotonsAreMany() {
    #expect(Self.error(photons: 1e6, refines: true, isAttenuated: false) < 0.03)
  }

  /// Iterations of the plain projections would take hundreds for what one search does.
  @Test func theScatteredLightIsTurnedToThePhaseThatPatternsTell() {
    let scan = SyntheticScan(extent: 0.5)
    let shape = scan.grid.objectShape
    var scattered = ScatterPhase(
      scan.object,
      isLit: [Bool](repeating: true, count: shape.count),
      plan: FourierPlan2D(shape: shape, effort: .estimate)
    )
    scattered.apply(ScatterPhase.Turn(beyond: 0, angle: 0.4, rows: 0.5, columns: -0.3))
    let turned = ComplexImage(shape: shape, values: scattered.object())
    func error(after change: (inout IncrementalReconstruction) -> Void) -> Double {
      var parameters = PtychographyParameters()
      parameters.engine = .errorReduction
      parameters.probeUpdatePeriod = 0
      parameters.subpixelSteps = 1
      var solver = IncrementalReconstruction(
        grid: scan.grid,
        identity: ScanIdentity(scan: "turned", energy: PhotonEnergy(electronVolts: 708.2)),
        plan: SyntheticScan.plan,
        parameters: parameters,
        probe: scan.probe,
        seed: turned
      )
      for pattern in scan.patterns { solver.add(pattern) }
      change(&solver)
      return scan.error(of: solver.result())
    }
    let plain = error { $0.iterate(2) }
    let after = error { $0.refine(2) }
    #expect(after < 0.5 * plain, "\(after), by projections alone \(plain)")
  }

  @Test func framesThatJoinAfterARefinementAreTaken() {
    let scan = SyntheticScan()
    var solver = scan.reconstruction { $0.subpixelSteps = 1 }
    for pattern in scan.patterns.dropLast(12) { solver.add(pattern) }
    solver.iterate(20)
    solver.refine(5)
    for pattern in scan.patterns.suffix(12) { solver.add(pattern) }
    solver.iterate(100)
    #expect(scan.error(of: solver.result()) < 0.03)
  }
}
