// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import Imaging
import Ptychography
import TestSupport
import Testing

/// Patterns of few photons: the relaxed modulus step, the refinement, the scattered light's phase.
@Suite struct FewPhotonsTests {
  /// The moduli that a step makes of a₀ where so many photons were counted.
  private static func moduli(from a0: Double, _ photons: [Double], relaxation c: Double) -> [Double]
  {
    let pixels = 64.0
    // Unscaled transforms: powers are `pixels` times larger, intensities as many times smaller.
    var wave = photons.map { _ in Complex64(Float(a0 * pixels.squareRoot()), 0) }
    let intensities = photons.map { Float($0 / pixels) }
    let background = [Float](repeating: 0, count: photons.count)
    var span = wave.mutableSpan
    projectOntoModuli(
      &span,
      intensities.span,
      background: background.span,
      keep: Float(1 / pixels),
      step: ModulusStep(relaxation: c)
    )
    return wave.map { Double($0.modulus) * pixels.squareRoot() }
  }

  /// The mean over Poisson's distribution of what a step makes of the true modulus, over it.
  private static func mean(of photons: Double, relaxation: Double) -> Double {
    let counts = (0..<200).map(Double.init)
    var chance = exponential(-photons)
    var mean = 0.0
    let found = moduli(from: photons.squareRoot(), counts, relaxation: relaxation)
    for (n, modulus) in zip(counts, found) {
      mean += chance * modulus
      chance *= photons / (n + 1)
    }
    return mean / photons.squareRoot()
  }

  @Test(arguments: [2.0, 5, 20])
  func theNoiseOfCountsMovesNoModulusOnTheMean(photons: Double) {
    for relaxation in [1.0, 3] {
      let mean = Self.mean(of: photons, relaxation: relaxation)
      #expect(abs(mean - 1) < 0.003, "c = \(relaxation): \(mean)")
    }
    // The plain step is too short by 1/(8 n) and more.
    #expect(Self.mean(of: photons, relaxation: 0) < 1 - 0.9 / (8 * photons))
  }

  @Test func theStepIsPlainWithoutRelaxation() {
    let found = Self.moduli(from: 3, [0, 1, 9, 400], relaxation: 0)
    for (modulus, wanted) in zip(found, [0, 1, 3, 20.0]) { #expect(abs(modulus - wanted) < 1e-5) }
  }

  @Test(arguments: [0.5, 1, 3])
  func smallDepartures(relaxation c: Double) {
    // Of the way to √I, 2/(2 + c).
    let found = Self.moduli(from: 10, [102.01], relaxation: c)[0]
    #expect(abs((found - 10) / (0.1005 * 2 / (2 + c)) - 1) < 0.01)
    // No jump where the step bends, and the root's growth beyond.
    let about = Self.moduli(from: 1, [2.9999, 3.0001, 1e4, 4e4], relaxation: c)
    #expect(abs(about[1] - about[0]) < 2e-4)
    #expect(abs(about[3] / about[2] - 2) < 0.01)
  }

  @Test func theDevianceIsPoissons() {
    let (powers, photons) = ([4.0, 0.01, 30, 2, 1e4], [5.0, 0, 12, -1, 9900])
    let level = 0.5
    let pixels = 16.0
    let power = powers.map { Float($0 * pixels) }
    let counts = photons.map { Float($0 < 0 ? -1 : $0 / pixels) }
    let background = powers.map { _ in Float(level / pixels) }
    let found = modulusResidual(
      power.span,
      counts.span,
      background: background.span,
      pixels: Int(pixels),
      isLikelihood: true
    )
    var wanted = 0.0
    for (power, n) in zip(powers, photons) where n >= 0 {
      let q = power + level
      wanted += (q - n + (n > 0 ? n * naturalLogarithm(n / q) : 0)) / pixels
    }
    #expect(abs(found / wanted - 1) < 1e-4, "\(found), \(wanted)")
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
