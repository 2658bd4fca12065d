// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography
import TestSupport
import Testing

/// What a background of smooth scatter and a hot ring does to optical densities.
@Suite struct BackgroundBiasTests {
  /// Photons added to every pattern, DC at the corner: a smooth halo and a ring.
  private static var background: Image {
    var image = Image(shape: SyntheticScan.shape)
    for row in 0..<32 {
      for column in 0..<32 {
        let y = Double(row < 16 ? row : row - 32)
        let x = Double(column < 16 ? column : column - 32)
        let radius = (x * x + y * y).squareRoot()
        let halo = 250 * exponential(-radius * radius / 200)
        let distance = (radius - 10) / 0.8
        let ring = 350 * exponential(-distance * distance / 2)
        image[row, column] = Float(halo + ring)
      }
    }
    return image
  }

  /// Measured over true density: the slope of the one on the other over what is well lit.
  private static func bias(_ result: ReconstructedObject, _ scan: SyntheticScan) -> Double {
    let lit = 0.1 * (result.coverage.values.max() ?? 0)
    let chosen = result.coverage.values.indices.filter { result.coverage.values[$0] > lit }
    let truth = chosen.map { density(scan.object.values[$0]) }
    let found = chosen.map { density(result.transmission.values[$0]) }
    let count = Double(chosen.count)
    let (trueMean, foundMean) = (truth.reduce(0, +) / count, found.reduce(0, +) / count)
    var product = 0.0
    var square = 0.0
    for (t, f) in zip(truth, found) {
      product += (t - trueMean) * (f - foundMean)
      square += (t - trueMean) * (t - trueMean)
    }
    return product / square - 1
  }

  /// A result from the true probe.
  ///
  /// - Parameters:
  ///   - scan: What is reconstructed.
  ///   - patterns: Others than the scan's own.
  ///   - late: Frames that join after 60 iterations.
  ///   - retrieves: Whether the background is retrieved.
  ///   - parts: Groups of frames.
  ///   - beta: Of RAAR.
  /// - Returns: The result of 300 iterations over all frames.
  private static func result(
    _ scan: SyntheticScan,
    patterns: [DiffractionPattern]? = nil,
    late: Int = 0,
    retrieves: Bool = true,
    parts: Int = 1,
    beta: Double = 0.75
  ) -> ReconstructedObject {
    var solver = scan.reconstruction(parts: parts) {
      $0.probeUpdatePeriod = 0
      $0.retrievesBackground = retrieves
      $0.beta = beta
    }
    let patterns = patterns ?? scan.patterns
    for pattern in patterns.dropLast(late) { solver.add(pattern) }
    if late > 0 { solver.iterate(60) }
    for pattern in patterns.suffix(late) { solver.add(pattern) }
    solver.iterate(300)
    return solver.result()
  }

  private static func density(_ value: Complex64) -> Double {
    -naturalLogarithm(Double(max(value.squaredModulus, 1e-6)))
  }

  @Test func aRetrievedBackgroundTakesTheBiasAway() {
    let scan = SyntheticScan(background: Self.background)
    let without = Self.bias(Self.result(scan, retrieves: false), scan)
    let with = Self.bias(Self.result(scan), scan)
    #expect(abs(without) > 0.1, "unmodelled: \(without)")
    #expect(abs(with) <= 0.02, "retrieved: \(with), unmodelled: \(without)")
  }

  @Test(arguments: [0.5, 0.6, 0.9])
  func soItDoesWithOtherRelaxation(beta: Double) {
    let scan = SyntheticScan(background: Self.background)
    let with = Self.bias(Self.result(scan, beta: beta), scan)
    #expect(abs(with) <= 0.02, "retrieved: \(with)")
  }

  @Test(arguments: [4, 5] as [UInt64])
  func soItDoesBehindOtherObjects(seed: UInt64) {
    let scan = SyntheticScan(seed: seed, background: Self.background)
    let with = Self.bias(Self.result(scan), scan)
    #expect(abs(with) <= 0.02, "retrieved: \(with)")
  }

  @Test func framesThatJoinLateDoNotMisleadIt() {
    let scan = SyntheticScan(background: Self.background)
    let with = Self.bias(Self.result(scan, late: 24), scan)
    #expect(abs(with) <= 0.02, "retrieved: \(with)")
  }

  @Test func groupsOfFramesChangeNothingButTheOrderOfSums() {
    let scan = SyntheticScan(background: Self.background)
    let one = Self.result(scan)
    let three = Self.result(scan, parts: 3)
    #expect(three.background == Self.result(scan, parts: 3).background)
    #expect(abs(Self.bias(three, scan) - Self.bias(one, scan)) < 0.005)
  }

  @Test func whereThereIsNoneNoneIsFound() throws {
    let scan = SyntheticScan()
    let result = Self.result(scan)
    let found = try #require(result.background).values.reduce(0, +)
    #expect(found < 200, "\(found) of 10⁶ photons a pattern are taken for background")
    #expect(abs(Self.bias(result, scan)) < 0.003)
  }

  /// Photon noise makes densities some 0.5 % too low even without a background.
  ///
  /// A retrieved background adds what noise makes of the weakest of its
  /// features, its level beside the mean pattern.
  @Test func photonNoiseLeavesMostOfTheGain() {
    let scan = SyntheticScan(background: Self.background)
    let patterns = scan.noisyPatterns(photons: 1e6, seed: 11)
    let without = Self.bias(Self.result(scan, patterns: patterns, retrieves: false), scan)
    let with = Self.bias(Self.result(scan, patterns: patterns), scan)
    #expect(abs(without) > 0.1, "unmodelled: \(without)")
    #expect(abs(with) < 0.04, "retrieved: \(with), unmodelled: \(without)")
  }
}
