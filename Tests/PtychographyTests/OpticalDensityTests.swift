// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography
import TestSupport
import Testing

@Suite struct OpticalDensityTests {
  private static let pixel = 10e-9

  /// A reconstruction as it may come out: density `density`, a factor on the modulus, any phases.
  private static func object(
    shape: Shape2D = Shape2D(square: 60),
    factor: Float = 1,
    zero: (row: Double, column: Double) = (29.5, 29.5),
    probeAt center: (row: Int, column: Int) = (16, 16),
    isLit: (Int, Int) -> Bool = { _, _ in true },
    density: (Int, Int) -> Double
  ) -> ReconstructedObject {
    var generator = SeededGenerator(seed: 4)
    var transmission = ComplexImage(shape: shape)
    var coverage = Image(shape: shape)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let od = density(row, column)
        let noise = Float(1 + 0.005 * generator.normal())
        // A global phase, a ramp and the sample's own −0.4 OD.
        let phase = 0.7 + 0.05 * Double(row) - 0.03 * Double(column) - 0.4 * od
        transmission[row, column] = Complex64(
          modulus: factor * noise * Float(exponential(-od / 2)),
          phase: Float(phase)
        )
        coverage[row, column] = isLit(row, column) ? 1000 : 0
      }
    }
    var probe = ComplexImage(shape: Shape2D(square: 32))
    for row in -3...3 {
      for column in -3...3 {
        let r2 = Double(row * row + column * column)
        probe[center.row + row, center.column + column] = Complex64(Float(exponential(-r2 / 4)))
      }
    }
    return ReconstructedObject(
      identity: ScanIdentity(scan: "a", energy: PhotonEnergy(electronVolts: 710.2)),
      transmission: transmission,
      probe: probe,
      coverage: coverage,
      pixelSize: Length(meters: pixel),
      origin: ScanPosition(x: -zero.column * pixel, y: -zero.row * pixel)
    )
  }

  private static func isSlab(_ row: Int, _ column: Int) -> Bool {
    (10..<50).contains(row) && (15..<40).contains(column)
  }

  private static func mean(_ image: Image, _ isTaken: (Int, Int) -> Bool) -> Double {
    var sum = 0.0
    var count = 0.0
    for row in 0..<image.shape.rows {
      for column in 0..<image.shape.columns where isTaken(row, column) {
        sum += Double(image[row, column])
        count += 1
      }
    }
    return sum / count
  }

  /// 0.59 and 0.27 are 50 nm of LiFePO₄ at 708.2 and 710.2 eV.
  @Test(arguments: [(0.59, Float(1)), (0.27, 1), (0.59, 1.08), (0.59, 0.93), (2.5, 1)])
  func aSlabHasItsDensityWhateverTheModulusOfVacuum(density: Double, factor: Float) {
    let object = Self.object(factor: factor) { Self.isSlab($0, $1) ? density : 0 }
    let (projection, vacuum) = opticalDensityProjection(of: object)
    #expect(vacuum.isInView)
    #expect(abs(vacuum.modulus / Double(factor) - 1) < 0.002)
    #expect(abs(vacuum.fraction - 2600.0 / 3600) < 0.06)
    let inside = Self.mean(projection.opticalDensity, Self.isSlab)
    let outside = Self.mean(projection.opticalDensity) { !Self.isSlab($0, $1) }
    #expect(abs(inside - density) < 0.006)
    #expect(abs(outside) < 0.006)
  }

  @Test func withoutVacuumInViewTheProbesPowerDecides() {
    let object = Self.object { row, _ in row < 30 ? 1.2 : 0.9 }
    let (projection, vacuum) = opticalDensityProjection(of: object)
    #expect(!vacuum.isInView)
    #expect(vacuum.modulus == 1)
    #expect(abs(Self.mean(projection.opticalDensity) { row, _ in row < 30 } - 1.2) < 0.003)
  }

  @Test func aGivenModulusOfVacuumIsTaken() {
    let object = Self.object(factor: 1.5) { _, _ in 0.8 }
    let (projection, vacuum) = opticalDensityProjection(of: object, vacuum: .fixed(1.5))
    #expect(vacuum.modulus == 1.5)
    #expect(abs(Self.mean(projection.opticalDensity) { _, _ in true } - 0.8) < 0.003)
    let trusted = opticalDensityProjection(of: object, vacuum: .probePower).0
    let shift = 0.8 - 2 * 0.405_465
    #expect(abs(Self.mean(trusted.opticalDensity) { _, _ in true } - shift) < 0.003)
  }

  @Test func unlitPixelsHaveNeitherDensityNorCoverage() {
    let isLit = { (row: Int, column: Int) in column > 12 }
    let object = Self.object(isLit: isLit) { row, column in
      !isLit(row, column) ? 5 : Self.isSlab(row, column) ? 0.5 : 0
    }
    let projection = opticalDensityProjection(of: object).0
    for row in 0..<60 {
      for column in 0..<60 {
        #expect(projection.coverage[row, column] == (isLit(row, column) ? 1 : 0))
        if !isLit(row, column) { #expect(projection.opticalDensity[row, column] == 0) }
      }
    }
  }

  @Test func scanPositionZeroIsTheMiddleOfTheProjection() {
    // Three rows below and five columns left of it.
    let shape = Shape2D(rows: 64, columns: 58)
    let point = (row: 23, column: 27)
    let object = Self.object(shape: shape, zero: (19.5, 31.5)) { row, column in
      (row, column) == point ? 3 : 0
    }
    let (projection, _) = opticalDensityProjection(of: object, shape: Shape2D(square: 40))
    let density = projection.opticalDensity
    #expect(density[23, 15] > 2.9)
    #expect(abs(Self.mean(density) { ($0, $1) != (23, 15) }) < 0.01)
  }

  @Test func anObjectThatMovedWithItsProbeIsPutBack() {
    let still = Self.object { row, column in (row, column) == (23, 27) ? 3 : 0 }
    let moved = Self.object(probeAt: (18, 13)) { row, column in
      (row, column) == (25, 24) ? 3 : 0
    }
    let shape = Shape2D(square: 40)
    let first = opticalDensityProjection(of: still, shape: shape).0.opticalDensity
    let second = opticalDensityProjection(of: moved, shape: shape).0.opticalDensity
    #expect(first[13, 17] > 2.9)
    #expect(second[13, 17] > 2.9)
  }
}
