// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography
import TestSupport
import Testing

/// What a regular raster leaves open, the period of its own steps, and how it is settled.
@Suite struct RasterPeriodTests {
  /// The true probe times waves of the raster's period, 4 pixels.
  private static func modulatedProbe(_ scan: SyntheticScan) -> ComplexImage {
    var probe = scan.probe
    for row in 0..<32 {
      for column in 0..<32 {
        let down = 0.2 * cosine(2 * .pi * Double(row) / 4)
        let right = 0.15 * sine(2 * .pi * Double(column) / 4)
        probe[row, column] = Complex64(Float(1 + down), Float(right)) * probe[row, column]
      }
    }
    return probe
  }

  private static func result(_ scan: SyntheticScan, removes: Bool, refines: Bool = true)
    -> ReconstructedObject
  {
    var solver = scan.reconstruction(probe: modulatedProbe(scan)) {
      $0.probeUpdatePeriod = refines ? 1 : 0
      $0.removesRasterPeriod = removes
    }
    for pattern in scan.patterns { solver.add(pattern) }
    solver.iterate(200)
    return solver.finishedResult()
  }

  @Test func aModulationThatNoPatternTellsOfIsTakenOff() throws {
    let scan = SyntheticScan(side: 12, jitter: 0)
    let with = Self.result(scan, removes: true)
    let without = Self.result(scan, removes: false)
    #expect(with.dataError == without.dataError, "both explain the patterns alike")
    let (error, before) = (scan.error(of: with), scan.error(of: without))
    #expect(before > 0.08, "the artefact is there: \(before)")
    #expect(error < before / 4, "\(error) of \(before)")
    #expect(try #require(with.gauge?.rasterModulation) > 0.1)
    #expect(without.gauge?.rasterModulation == nil)
  }

  @Test func productsOfProbeAndObjectStay() {
    let scan = SyntheticScan(side: 12, jitter: 0)
    let with = Self.result(scan, removes: true)
    let without = Self.result(scan, removes: false)
    // Frame by frame, in the middle of the scan.
    for k in [65, 66, 78, 90] {
      guard let corner = scan.grid.corner(of: scan.positions[k]) else { continue }
      var (a, b) = ([Complex64](), [Complex64]())
      for row in 0..<32 {
        for column in 0..<32 {
          let place = (corner.row + row, corner.column + column)
          a.append(with.probe[row, column] * with.transmission[place.0, place.1])
          b.append(without.probe[row, column] * without.transmission[place.0, place.1])
        }
      }
      #expect(relativeError(a, of: b) < 1e-3)
    }
  }

  /// What the object loses of its modulus, the coverage gains.
  @Test func theErrorOfTheDensityStays() throws {
    let scan = SyntheticScan(side: 12, jitter: 0)
    let with = Self.result(scan, removes: true)
    let without = Self.result(scan, removes: false)
    let after = try #require(with.maps).opticalDensityError
    let before = try #require(without.maps).opticalDensityError
    let lit = 0.1 * (without.coverage.values.max() ?? 0)
    let chosen = before.values.indices.filter { without.coverage.values[$0] > lit }
    #expect(chosen.count > 500)
    let change = chosen.map { abs(after.values[$0] / before.values[$0] - 1) }.max() ?? 1
    #expect(change < 1e-3, "\(change)")
  }

  @Test func aJitteredScanIsLeftAlone() {
    let scan = SyntheticScan(side: 8)
    let with = Self.result(scan, removes: true)
    let without = Self.result(scan, removes: false)
    #expect(with.transmission == without.transmission)
    #expect(with.probe == without.probe)
    #expect(with.gauge?.rasterModulation == nil)
    #expect(scan.error(of: with) < 0.08, "jitter forbids the modulation")
  }

  /// From the true probe there is nothing to take off, from one of another defocus hardly anything.
  @Test(arguments: [(26.0, 0), (26.0, 1), (29.0, 1)])
  func objectsWithoutTheModulationAreHardlyTouched(curvature: Double, period: Int) {
    let scan = SyntheticScan(side: 12, jitter: 0)
    func run(_ removes: Bool) -> ReconstructedObject {
      let start = SyntheticScan.lens(power: 1e6, curvature: curvature)
      var solver = scan.reconstruction(probe: start) {
        $0.probeUpdatePeriod = period
        $0.removesRasterPeriod = removes
      }
      for pattern in scan.patterns { solver.add(pattern) }
      solver.iterate(200)
      return solver.finishedResult()
    }
    let (with, without) = (scan.error(of: run(true)), scan.error(of: run(false)))
    #expect(with < without + 0.01, "\(with), without the removal \(without)")
  }

  // MARK: - Lattices

  /// A sheared, turned raster with departures.
  private static func places(departure: Double) -> [(row: Double, column: Double)] {
    var generator = SeededGenerator(seed: 2)
    return (0..<400).map { k in
      let (h, k) = (Double(k / 20) - 9, Double(k % 20) - 9)
      let (y, x) = (generator.uniform() - 0.5, generator.uniform() - 0.5)
      return (
        row: 3 + 10.4 * h + 1.1 * k + departure * y, column: -2 - 0.7 * h + 10.6 * k + departure * x
      )
    }
  }

  @Test func aShearedLatticeIsFound() throws {
    let lattice = try #require(ScanLattice(Self.places(departure: 0.5)))
    #expect(lattice.roughness < 0.03)
    // Every frequency of the lattice is a whole number of turns at all its points.
    let frequency = lattice.frequency(1, 0)
    for (h, k) in [(0.0, 1.0), (1, 0), (7, -5)] {
      let row = 10.4 * h + 1.1 * k
      let column = -0.7 * h + 10.6 * k
      let turns = (frequency.row * row + frequency.column * column) / (2 * .pi)
      #expect(abs(turns - turns.rounded()) < 0.05)
    }
  }

  @Test func jitteredAndFewPointsAreNoLattice() {
    #expect(ScanLattice(Self.places(departure: 4)) == nil)
    #expect(ScanLattice(Array(Self.places(departure: 0).prefix(15))) == nil)
    // A line has no second direction.
    #expect(ScanLattice((0..<40).map { (row: 0.0, column: Double($0)) }) == nil)
  }
}
