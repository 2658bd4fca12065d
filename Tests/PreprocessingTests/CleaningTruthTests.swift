// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Testing

/// What cleaning has to reach on the simulator's raw frames, drift and 5 ADU of noise included.
@Suite struct CleaningTruthTests {
  /// Outside the bright disc, with photons: every value kept, nothing may be left on the average.
  @Test func residualBiasIsBelowOneTwentiethPhoton() throws {
    let mean = SimulatedFrames.disc(150, halo: 2)
    var frames = SimulatedFrames()
    var chain = try frames.chain { $0.photonThreshold = 0 }
    // Negative sums are cut at the root, so that photons are compared where there are enough: six
    // on a pattern pixel are more than three times the noise.
    let truth = try SimulatedFrames.truth(mean)
    var (bias, count) = (0.0, 0)
    for _ in 0..<6 {
      let photons = SimulatedFrames.photons(try chain.process(frames.frame(mean), position: middle))
      for row in 0..<128 {
        for column in 0..<128 where truth[128 * row + column] > 6 {
          let r2 = (row - 64) * (row - 64) + (column - 64) * (column - 64)
          guard r2 > 81 else { continue }
          bias += photons[128 * row + column] - truth[128 * row + column]
          count += 1
        }
      }
    }
    #expect(count > 10_000)
    #expect(abs(bias / Double(count)) <= 0.05)
  }

  /// Where there is nothing, with the threshold of the default.
  @Test func emptyPatternPixelsHaveLessThanOneTwentiethPhoton() throws {
    var frames = SimulatedFrames()
    var chain = try frames.chain()
    let nothing = Image(shape: Shape2D(square: 960))
    var total = 0.0
    for _ in 0..<3 {
      let photons = SimulatedFrames.photons(
        try chain.process(frames.frame(nothing), position: middle)
      )
      total += photons.reduce(0, +) / Double(photons.count) / 3
    }
    #expect(total <= 0.05)
  }

  @Test(arguments: [708.2, 710.2])
  func totalCountsAreKeptToHalfAPercent(energy: Double) throws {
    let mean = SimulatedFrames.disc(150, halo: 6)
    var frames = SimulatedFrames(energy: energy)
    var chain = try frames.chain { $0.photonThreshold = 0 }
    let truth = try SimulatedFrames.truth(mean, energy: energy)
    var found = 0.0
    for _ in 0..<3 {
      let photons = SimulatedFrames.photons(try chain.process(frames.frame(mean), position: middle))
      // As far as the light reaches: where there is none, the roots of noise add up.
      for i in photons.indices where truth[i] > 3 { found += photons[i] / 3 }
    }
    let expected = truth.filter { $0 > 3 }.reduce(0, +)
    #expect(abs(found / expected - 1) <= 0.005)
    // The pattern's photons are the picture's.
    #expect(abs(truth.reduce(0, +) / sum(mean.values.span) - 1) <= 0.005)
  }

  /// One spatial frequency falls on one pattern pixel at both energies.
  @Test(arguments: [(64.0, 64.0), (30, 90), (100, 24)])
  func bothEnergiesLieOnOneGridTo2HundredthsOfAPixel(place: (Double, Double)) throws {
    for energy in [708.2, 710.2] {
      let target = PatternResamplingTests.detectorPlace(
        patternRow: place.0,
        patternColumn: place.1,
        energy: energy
      )
      var mean = Image(shape: Shape2D(square: 960))
      for row in 0..<960 {
        for column in 0..<960 {
          let y = Double(row) - target.row
          let x = Double(column) - target.column
          mean[row, column] = Float(200 * exponential(-(x * x + y * y) / 72))
        }
      }
      var frames = SimulatedFrames(energy: energy)
      var chain = try frames.chain()
      var (row, column) = (0.0, 0.0)
      for _ in 0..<3 {
        var pattern = try chain.process(frames.frame(mean), position: middle).amplitudes
        for i in 0..<128 {
          for j in 0..<128
          where abs(Double(i) - place.0) > 6.6 || abs(Double(j) - place.1) > 6.6 {
            pattern[i, j] = 0
          }
        }
        let found = PatternResamplingTests.centroid(pattern)
        row += found.row / 3
        column += found.column / 3
      }
      #expect(abs(row - place.0) <= 0.02)
      #expect(abs(column - place.1) <= 0.02)
    }
  }
}
