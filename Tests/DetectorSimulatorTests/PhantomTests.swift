// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import Testing

/// Properties of the sample that follow from geometry alone.
@Suite struct PhantomTests {
  private static let voxel = Length(nanometers: 6.7)
  private static let matrix = SimulationParameters().absorption

  /// A box along the axes, sizes and middle (x, y, z) in nanometres.
  private static func box(
    _ sizes: SIMD3<Double>,
    at middle: SIMD3<Double> = .zero,
    lithiated: Double = 1
  ) -> NanoPlate {
    NanoPlate(
      box: OrientedBox(
        center: middle * 1e-9,
        axes: [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)],
        halfLengths: sizes * 0.5e-9
      ),
      lithiation: .uniform(lithiated)
    )
  }

  @Test(arguments: [-60.0, -33, 0, 12.5, 60], [0, 1])
  func slabHasItsOpticalDensityAtEveryTiltAndEnergy(degrees: Double, energy: Int) {
    // 50 nm of pure LiFePO4, wide enough that central rays never meet its rim.
    let slab = Phantom(plates: [Self.box(SIMD3(900, 900, 50))])
    let tilt = TiltAngle(degrees: degrees)
    let image = slab.paths(tilt: tilt, side: 33, pixelSize: Self.voxel)
      .opticalDensity(energyIndex: energy, matrix: Self.matrix)
    let expected = Float([11.80, 5.45][energy] * 0.050 / cosine(tilt.radians))
    for offset in -5...5 {
      #expect(abs(image[16 + offset, 16 - offset] - expected) < 1e-4 * expected)
    }
  }

  @Test(arguments: [-80.0, -45, -7, 0, 30, 77])
  func massIsTheSameAtEveryTilt(degrees: Double) {
    let phantom = Phantom(plateCount: 12, diameter: Length(nanometers: 360), seed: 4)
    let paths = phantom.paths(
      tilt: TiltAngle(degrees: degrees),
      side: 80,
      pixelSize: Self.voxel
    )
    let pixel = Self.voxel.meters * Self.voxel.meters
    let volume = pixel * (sum(paths.lithiated.values.span) + sum(paths.delithiated.values.span))
    #expect(abs(volume - phantom.volume) < 2e-3 * phantom.volume)
  }

  @Test(arguments: [-70.0, -20, 0, 40, 75])
  func pointAppearsAtXCosPlusZSin(degrees: Double) {
    // A lopsided point; rays every quarter of a pixel find its middle to a tenth.
    let phantom = Phantom(plates: [Self.box(SIMD3(10, 10, 10), at: SIMD3(80, -50, 120))])
    let tilt = TiltAngle(degrees: degrees)
    let image = phantom.paths(tilt: tilt, side: 80, pixelSize: Self.voxel).lithiated
    let found = centroid(image)
    let x = (80 * cosine(tilt.radians) + 120 * sine(tilt.radians)) / 6.7
    #expect(abs(found.column - 39.5 - x) < 0.1)
    #expect(abs(found.row - 39.5 + 50 / 6.7) < 0.1)
  }

  @Test func pointSitsAtItsVoxel() {
    let phantom = Phantom(plates: [Self.box(SIMD3(6.7, 6.7, 6.7), at: SIMD3(33.5, -13.4, 60.3))])
    let volume = phantom.volumes(side: 40, height: 20, voxelSize: Self.voxel).lithiated
    // From the middles (19.5, 9.5, 19.5): +5, -2, +9 voxels, each half in two neighbours.
    #expect(abs(sum(volume.values.span) - 1) < 1e-6)
    for (x, z, y) in [(24, 28, 7), (25, 29, 8), (24, 29, 7), (25, 28, 8)] {
      #expect(abs(volume[x: x, z: z, y: y] - 0.125) < 1e-6)
    }
  }

  @Test func voxelsHoldExactlyThePlates() {
    let phantom = Phantom(plateCount: 30, diameter: Length(nanometers: 360), seed: 1)
    let phases = phantom.volumes(side: 60, height: 60, voxelSize: Self.voxel)
    let voxel = Self.voxel.meters * Self.voxel.meters * Self.voxel.meters
    let iron = sum(phases.iron.values.span) * voxel
    #expect(abs(iron - phantom.volume) < 2e-3 * phantom.volume)
    let lithiated = phantom.plates.reduce(0) { $0 + $1.meanComposition * $1.box.volume }
    #expect(abs(sum(phases.lithiated.values.span) * voxel - lithiated) < 3e-3 * lithiated)
    #expect(phases.iron.values.allSatisfy { $0 >= 0 && $0 < 1.001 })
    #expect(phases.lithiated.values.allSatisfy { $0 > -1e-5 })
    #expect(Set(phases.plate) == Set(0...Int32(phantom.plates.count)))
  }

  @Test func projectionOfTheVolumeIsTheProjection() {
    let phantom = Phantom(plateCount: 20, diameter: Length(nanometers: 360), seed: 2)
    let density = phantom.volumes(side: 80, height: 80, voxelSize: Self.voxel)
      .opticalDensity(energyIndex: 1, matrix: Self.matrix)
    let image = phantom.paths(tilt: TiltAngle(degrees: 0), side: 80, pixelSize: Self.voxel)
      .opticalDensity(energyIndex: 1, matrix: Self.matrix)
    var worst: Float = 0
    for x in 0..<80 {
      for y in 0..<80 {
        let column = (0..<80).reduce(Float(0)) { $0 + density[x: x, z: $1, y: y] }
        worst = max(worst, abs(column - image[y, x]))
      }
    }
    // Both sample edges with a quarter of a voxel; plates have OD of about 0.25 to 1.
    #expect(worst < 0.08)
  }

  @Test func platesKeepApartAndInside() {
    let plates = Phantom(plateCount: 32, diameter: Length(nanometers: 360), seed: 1).plates
    #expect(plates.count >= 25)
    for (i, plate) in plates.enumerated() {
      #expect(plates[..<i].allSatisfy { !$0.box.overlaps(plate.box) })
      for corner in plate.box.corners {
        #expect((corner.x * corner.x + corner.z * corner.z).squareRoot() <= 180.001e-9)
        #expect(abs(corner.y) <= 180.001e-9)
      }
    }
  }

  @Test func touchingIsDecidedByTheSolidsNotTheirMiddles() {
    let plate = Self.box(SIMD3(100, 80, 20)).box
    var turned = Self.box(SIMD3(100, 80, 20), at: SIMD3(0, 0, 25)).box
    #expect(!plate.overlaps(turned))
    #expect(plate.overlaps(turned, gap: 6e-9))
    let half = 0.5.squareRoot()
    turned.axes = [SIMD3(half, 0, half), SIMD3(0, 1, 0), SIMD3(-half, 0, half)]
    #expect(plate.overlaps(turned))
  }

  @Test func seedDecidesEverything() {
    let size = Length(nanometers: 360)
    #expect(
      Phantom(plateCount: 10, diameter: size, seed: 7)
        == Phantom(plateCount: 10, diameter: size, seed: 7)
    )
    #expect(
      Phantom(plateCount: 10, diameter: size, seed: 7)
        != Phantom(plateCount: 10, diameter: size, seed: 8)
    )
  }

  @Test func plateComesBackFromItsRow() throws {
    for plate in Phantom(plateCount: 20, diameter: Length(nanometers: 360), seed: 3).plates {
      let copy = try #require(NanoPlate(row: plate.row))
      #expect(copy.lithiation == plate.lithiation)
      #expect(copy.box.halfLengths == plate.box.halfLengths)
      let difference = copy.box.axes[2] - plate.box.axes[2]
      #expect((difference * difference).sum() < 1e-24)
    }
  }
}

/// The centre of mass of an image, pixels.
func centroid(_ image: Image) -> (row: Double, column: Double) {
  var mass = 0.0
  var rows = 0.0
  var columns = 0.0
  for row in 0..<image.shape.rows {
    for column in 0..<image.shape.columns {
      let value = Double(image[row, column])
      mass += value
      rows += value * Double(row)
      columns += value * Double(column)
    }
  }
  return (rows / mass, columns / mass)
}
