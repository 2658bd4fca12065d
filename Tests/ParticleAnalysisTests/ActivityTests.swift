// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ParticleAnalysis
import Testing

@Suite struct ActivityTests {
  @Test func errorsAreThoseOfThePaper() throws {
    // Yu et al. 2018: 25 of 83 particles are 30.1 ± 5.1 % (the square root of p q / n is 5.03 %).
    let count = ActivityCount(active: 25, all: 83)
    #expect(abs(count.fraction - 0.3012) < 1e-4)
    #expect(abs(count.error - 0.0504) < 1e-4)
    let strict = ActivityCount(active: 10, all: 83)
    #expect(abs(strict.error - 0.0357) < 1e-4)
  }

  @Test func wilsonsIntervalHoldsAtTheEnds() throws {
    // scipy.stats.binomtest(k, n).proportion_ci(0.682689492137086, method="wilson").
    let cases = [(0, 4, 0.0, 0.2), (25, 83, 0.2534583, 0.3536845), (3, 3, 0.75, 1.0)]
    for (active, all, lower, upper) in cases {
      let interval = try #require(ActivityCount(active: active, all: all).interval)
      #expect(abs(interval.lowerBound - lower) < 2e-6)
      #expect(abs(interval.upperBound - upper) < 2e-6)
    }
    #expect(ActivityCount(active: 0, all: 4).error == 0)
    #expect(ActivityCount(active: 0, all: 0).interval == nil)
  }

  @Test func binsCountEachParticleOnce() {
    let particles = [(100.0, 0.05), (199.9, 0.2), (200, 0.3), (650, 0.15)].enumerated().map {
      Self.particle(id: $0 + 1, volume: $1.0, delithiated: $1.1)
    }
    let histogram = ActivityHistogram(of: particles, width: 200, activePercent: 15) {
      $0.volumeVoxels
    }
    #expect(histogram.bins.map(\.count.all) == [2, 1, 0, 1])
    #expect(histogram.bins.map(\.count.active) == [1, 1, 0, 1])
    #expect(histogram.bins[0].mean == 149.95)
    #expect(histogram.bins[2].mean.isNaN)
    #expect(histogram.bins[3].lower == 600 && histogram.bins[3].upper == 800)
    #expect(ActivityHistogram(of: [], width: 1, activePercent: 15) { $0.volume }.bins.isEmpty)
  }

  @Test func whatIsNotKnownIsInNoBin() {
    let histogram = ActivityHistogram(
      of: [.nan, 5, .infinity, -3, 1e9, .nan],
      isActive: [true, true, false, false, true, false],
      width: 10
    )
    #expect(histogram.unknown == ActivityCount(active: 1, all: 3))
    #expect(histogram.bins[0].count == ActivityCount(active: 1, all: 2))
    #expect(histogram.filledBins.count == 2 && histogram.bins.count == 10_000)
    #expect(histogram.bins[0].center == 5)
    let nothing = ActivityHistogram(of: [.nan], isActive: [true], width: 10)
    #expect(nothing.bins.isEmpty && nothing.unknown.all == 1)
  }

  private static func particle(id: Int, volume: Double, delithiated: Double) -> Particle {
    Particle(
      id: id,
      voxels: Int(volume),
      volumeVoxels: volume,
      volume: volume,
      centroid: .zero,
      axes: [],
      momentLengths: [],
      long: Length(nanometers: 100),
      wide: Length(nanometers: 80),
      thickness: Length(nanometers: 20),
      boxFill: 1,
      delithiated: delithiated,
      delithiatedError: 0.01,
      meanDensity: 0.05,
      neighbors: [],
      isBunch: false,
      isCut: false
    )
  }
}
