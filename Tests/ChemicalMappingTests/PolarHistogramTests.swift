// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import TestSupport
import Testing

@Suite struct PolarHistogramTests {
  /// 60 bins of 1.5°: two Gaussians, a level of 6 and noise of 4, drawn by NumPy.
  static let bins: [Double] = [
    7, 5, 0, 4, 6, 7, 3, 11, 18, 38, 81, 133, 226, 352, 494, 652, 791, 881, 900, 856, 750, 591,
    444, 301, 187, 119, 65, 28, 18, 13, 7, 9, 6, 9, 13, 6, 15, 23, 44, 69, 109, 149, 181, 190,
    165, 134, 101, 54, 34, 20, 17, 11, 5, 5, 5, 12, 4, 5, 7, 6,
  ]

  @Test func agreesWithSciPysLeastSquares() throws {
    // scipy.optimize.curve_fit, unweighted: parameters, standard error of the centres, R.
    let fit = try #require(PolarHistogram(weights: Self.bins).twoGaussianFit())
    #expect(abs(fit.low.height - 903.416207) < 1e-3)
    #expect(abs(fit.low.center - 27.4842592) < 1e-5)
    #expect(abs(fit.low.width - 5.25575202) < 1e-5)
    #expect(abs(fit.high.height - 184.835587) < 1e-3)
    #expect(abs(fit.high.center - 64.9727113) < 1e-5)
    #expect(abs(fit.high.width - 4.22020987) < 1e-5)
    #expect(abs(fit.low.centerError - 0.0178808) < 1e-4)
    #expect(abs(fit.high.centerError - 0.0783138) < 1e-4)
    #expect(abs(fit.rFactor - 3.0225807e-4) < 1e-9)
    #expect(fit == PolarHistogram(weights: Self.bins).twoGaussianFit())
  }

  @Test(arguments: [(27.5, 4.0, 65.0, 3.0, 0.2), (24.8, 9.0, 65.8, 7.0, 1.0), (40, 5, 60, 5, 0.5)])
  func exactPeaksAreFoundExactly(
    low: Double,
    lowWidth: Double,
    high: Double,
    highWidth: Double,
    share: Double
  ) throws {
    let empty = PolarHistogram(weights: [Double](repeating: 0, count: 180))
    let weights = empty.centers.map {
      exponential(-($0 - low) * ($0 - low) / (2 * lowWidth * lowWidth))
        + share * exponential(-($0 - high) * ($0 - high) / (2 * highWidth * highWidth))
    }
    let fit = try #require(PolarHistogram(weights: weights).twoGaussianFit())
    #expect(abs(fit.low.center - low) < 1e-6)
    #expect(abs(fit.low.width - lowWidth) < 1e-6)
    #expect(abs(fit.high.center - high) < 1e-6)
    #expect(abs(fit.high.width - highWidth) < 1e-6)
    #expect(abs(fit.high.height - share) < 1e-6)
  }

  @Test func noisyMixturesKeepTheirCentres() throws {
    let inversion = try TwoEnergyInversion()
    let relation = inversion.polarComposition
    var first = Volume(sizeX: 40, sizeZ: 25, sizeY: 20)
    var second = first
    var generator = SeededGenerator(seed: 5)
    for i in first.values.indices {
      let composition = i % 4 == 0 ? 0.02 : 0.93
      let angle = relation.angle(ofComposition: composition) * .pi / 180
      first.values[i] = Float(0.08 * cosine(angle) + 0.006 * generator.normal())
      second.values[i] = Float(0.08 * sine(angle) + 0.006 * generator.normal())
    }
    var parameters = ChemistryParameters()
    parameters.minimumIron = 0.02
    let result = try TwoEnergyInversion(parameters: parameters)
      .solve(first: first, second: second, voxelSize: Length(nanometers: 6.7))
    let histogram = PolarHistogram(polarAngle: result.polarAngle, first: first, second: second)
    let fit = try #require(histogram.twoGaussianFit())
    #expect(abs(fit.low.center - 27.5) < 0.3)
    #expect(abs(fit.high.center - 65.0) < 0.3)
    #expect(abs(relation.composition(atAngle: fit.low.center) - 0.93) < 0.01)
    #expect(abs(relation.composition(atAngle: fit.high.center) - 0.02) < 0.01)
    // An angle scatters by noise over distance from the origin: 0.006 / 0.08 rad.
    #expect(abs(fit.low.width - 4.3) < 0.4)
    // A quarter of the voxels is charged.
    let charge = try #require(result.stateOfCharge)
    let uncertainty = try #require(charge.uncertainty)
    #expect(abs(charge.fraction - (0.75 * 0.07 + 0.25 * 0.98)) < 5 * uncertainty + 0.002)
  }

  @Test func weightsCountVoxelsOrIron() {
    let angle = Volume(sizeX: 1, sizeZ: 1, sizeY: 4, values: [10, 10, .nan, 120])
    let first = Volume(sizeX: 1, sizeZ: 1, sizeY: 4, values: [1, 3, 5, -1])
    let second = Volume(sizeX: 1, sizeZ: 1, sizeY: 4, values: [1, 1, 5, 3])
    let counted = PolarHistogram(
      polarAngle: angle,
      first: first,
      second: second,
      weighting: .count,
      bins: 9
    )
    #expect(counted.weights == [0, 2, 0, 0, 0, 0, 0, 0, 0])
    #expect(counted.outside == 1)
    let weighed = PolarHistogram(polarAngle: angle, first: first, second: second, bins: 9)
    #expect(weighed.weights[1] == 3)
    #expect(counted.centers[1] == 15)
  }

  @Test func onePeakIsNotTwo() {
    #expect(PolarHistogram(weights: [Double](repeating: 0, count: 90)).twoGaussianFit() == nil)
    var spike = [Double](repeating: 0, count: 90)
    spike[30] = 5
    #expect(PolarHistogram(weights: spike).twoGaussianFit() == nil)
  }

  /// Which peak is which follows the absorption, not the angle: the energies may come either way round.
  @Test func peaksAreNamedByTheAbsorptionWhicheverEnergyIsFirst() throws {
    let rows = [[11.80, 5.33], [5.45, 11.86]]
    for isSwapped in [false, true] {
      let relation = PolarComposition(
        matrix: AbsorptionMatrix(rows: isSwapped ? [rows[1], rows[0]] : rows)
      )
      let (lithiated, delithiated) = (
        relation.angle(ofComposition: 0.93), relation.angle(ofComposition: 0.02)
      )
      #expect((lithiated < delithiated) != isSwapped)
      let centers = (0..<180).map { 0.25 + 0.5 * Double($0) }
      let heights = centers.map { center in
        let (a, b) = ((center - lithiated) / 3, (center - delithiated) / 3)
        return Double(exponential(Float(-a * a / 2)) + 0.4 * exponential(Float(-b * b / 2)))
      }
      let fit = try #require(TwoGaussianFit(positions: centers, heights: heights))
      let peaks = PhasePeaks(fit, relation)
      #expect(abs(peaks.lithiated.composition - 0.93) < 0.01)
      #expect(abs(peaks.delithiated.composition - 0.02) < 0.01)
    }
  }
}
