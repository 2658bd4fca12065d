// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography
import TestSupport
import Testing

/// A partially coherent probe: intensities of several waves add up.
@Suite struct ProbeModesTests {
  private static let weakShare = 0.25

  /// Patterns of a scan whose probe has a second, incoherent mode: the first one moved sideways.
  private static func scan() -> (scan: SyntheticScan, patterns: [DiffractionPattern]) {
    // Where nothing is, modes that only stand elsewhere cannot be told apart.
    let scan = SyntheticScan(side: 9, blobs: 150, extent: 0.9)
    let second = SyntheticScan(
      side: 9,
      blobs: 150,
      extent: 0.9,
      lens: SyntheticScan.moved(scan.probe, 0, 6)
    )
    let patterns = scan.patterns.indices.map { k in
      var pattern = scan.patterns[k]
      let other = second.patterns[k].amplitudes
      for i in pattern.amplitudes.values.indices {
        let (a, b) = (pattern.amplitudes.values[i], other.values[i])
        let share = Float(weakShare)
        pattern.amplitudes.values[i] = ((1 - share) * a * a + share * b * b).squareRoot()
      }
      return pattern
    }
    return (scan, patterns)
  }

  /// What an observer sees of the reconstruction that starts from one probe or from given modes.
  private static func run(
    modes: Int,
    start: [ComplexImage]? = nil
  ) -> (error: Double, result: ReconstructedObject) {
    let (scan, patterns) = scan()
    var solver = scan.reconstruction(modes: start) { $0.probeModes = modes }
    for pattern in patterns { solver.add(pattern) }
    solver.iterate(300)
    let result = solver.result()
    return (scan.error(of: result), result)
  }

  @Test func aSecondModeTakesUpWhatOneCannotExplain() {
    let one = Self.run(modes: 1)
    let two = Self.run(modes: 2)
    #expect(two.result.dataError < 0.85 * one.result.dataError)
    #expect(two.error < one.error)
    #expect(two.result.weakerModes.count == 1)
  }

  @Test func theTrueModesExplainAllThatIsMeasured() {
    let first = SyntheticScan.lens(power: 1 - Self.weakShare)
    let second = SyntheticScan.moved(SyntheticScan.lens(power: Self.weakShare), 0, 6)
    let one = Self.run(modes: 1)
    let two = Self.run(modes: 2, start: [first, second])
    #expect(two.result.dataError < one.result.dataError / 4)
    #expect(two.error < one.error / 4)
  }

  @Test func modesComeOutOrthogonalAndStrongestFirst() throws {
    let first = SyntheticScan.lens(power: 1 - Self.weakShare)
    let second = SyntheticScan.moved(SyntheticScan.lens(power: Self.weakShare), 0, 6)
    let result = Self.run(modes: 2, start: [second, first]).result
    let weak = try #require(result.weakerModes.first)
    let (a, b) = (squaredNorm(result.probe.values.span), squaredNorm(weak.values.span))
    // The eigenvalues of the Gram matrix of the two, which are not at right angles.
    let cross = squaredOverlap(first, second)
    let root = (1 - 4 * (Self.weakShare * (1 - Self.weakShare) - cross)).squareRoot()
    #expect(abs(b / (a + b) - (1 - root) / 2) < 0.02)
    #expect(squaredOverlap(result.probe, weak) < 1e-6 * a * b)
  }

  /// |Σ a* b|².
  private func squaredOverlap(_ a: ComplexImage, _ b: ComplexImage) -> Double {
    var product = Complex64.zero
    for i in a.values.indices { product += a.values[i].conjugate * b.values[i] }
    return Double(product.squaredModulus)
  }

  @Test func startingModesShareTheProbesPower() {
    let probe = SyntheticScan.lens(power: 7)
    let modes = ProbeStart.modes(of: probe, count: 4)
    let total = modes.reduce(0) { $0 + squaredNorm($1.values.span) }
    #expect(modes.count == 4)
    #expect(abs(total / 7 - 1) < 1e-4)
    #expect(ProbeStart.modes(of: probe, count: 1) == [probe])
  }
}
