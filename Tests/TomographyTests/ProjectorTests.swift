// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing
import Tomography

@Suite struct ProjectorTests {
  @Test(arguments: [-90.0, -80, -45, -12.3, 0, 1e-9, 33, 45, 77, 90])
  func backProjectionIsAdjointOfProjection(degrees: Double) {
    var random = SeededGenerator(seed: 7)
    let rays = RayTable(tilt: TiltAngle(degrees: degrees), sizeX: 19, sizeZ: 14, columns: 23)
    let volume = Volume(sizeX: 19, sizeZ: 14, sizeY: 6, random: &random)
    let projection = Image(shape: Shape2D(rows: 6, columns: 23), random: &random)
    var back = Volume(sizeX: 19, sizeZ: 14, sizeY: 6)
    ParallelProjector.addBackProjection(of: projection, along: rays, to: &back)
    let projected = ParallelProjector.project(volume, along: rays)
    let left = innerProduct(projected.values.span, projection.values.span)
    let right = innerProduct(volume.values.span, back.values.span)
    #expect(abs(left - right) < 1e-5 * abs(left).squareRoot() * 30)
  }

  @Test(arguments: [-80.0, -45, -20, 0, 35, 45, 77, 90])
  func raysThroughTheVolumeHaveTheirChordsLength(degrees: Double) {
    // The chord of a line at distance u from the centre of a square of side N, from its borders.
    let side = 16.0
    let tilt = TiltAngle(degrees: degrees)
    let rays = RayTable(tilt: tilt, sizeX: 16, sizeZ: 16, columns: 30)
    let (c, s) = (abs(cosine(tilt.radians)), abs(sine(tilt.radians)))
    for column in 0..<30 {
      let u = abs(Double(column) - 14.5)
      let flat = side / max(c, s)
      let corner = side / 2 * (c + s)
      let shoulder = side / 2 * abs(c - s)
      let chord =
        u <= shoulder ? flat : u >= corner ? 0 : flat * (corner - u) / (corner - shoulder)
      let length = rays.crossings(ofRay: column).reduce(0.0) { $0 + Double($1.length) }
      #expect(abs(length - chord) < 1e-4, "column \(column): \(length), not \(chord)")
    }
  }

  @Test(arguments: [-77.0, -30, 0, 25, 60, 80])
  func aPointAppearsAtXCosTPlusZSinT(degrees: Double) {
    let (x, z, y) = (41, 12, 5)
    let tilt = TiltAngle(degrees: degrees)
    var volume = Volume(sizeX: 48, sizeZ: 48, sizeY: 9)
    volume[x: x, z: z, y: y] = 1
    let projection = ParallelProjector.project(
      volume,
      along: RayTable(tilt: tilt, sizeX: 48, sizeZ: 48, columns: 70)
    )
    let expected =
      (Double(x) - 23.5) * cosine(tilt.radians) + (Double(z) - 23.5) * sine(tilt.radians) + 34.5
    var (mass, moment) = (0.0, 0.0)
    for row in 0..<9 {
      for column in 0..<70 {
        let value = Double(projection[row, column])
        #expect(row == y || value == 0, "a point stays in its slice")
        mass += value
        moment += value * Double(column)
      }
    }
    #expect(mass > 0.5)
    #expect(abs(moment / mass - expected) < 0.5)
  }

  @Test(arguments: [-80.0, -33, 0, 18, 45, 77])
  func aDiscProjectsToItsChords(degrees: Double) {
    // 2 sqrt(r² − (u − u0)²), the Radon transform of a disc, here of many voxels with soft rims.
    let (radius, centerX, centerZ) = (20.0, 6.3, -9.7)
    let volume = Volume(disc: radius, atX: centerX, z: centerZ, side: 80)
    let tilt = TiltAngle(degrees: degrees)
    let projection = ParallelProjector.project(
      volume,
      along: RayTable(tilt: tilt, sizeX: 80, sizeZ: 80)
    )
    let center = centerX * cosine(tilt.radians) + centerZ * sine(tilt.radians)
    var worst = 0.0
    for column in 0..<80 {
      let u = Double(column) - 39.5 - center
      let chord = 2 * max(0, radius * radius - u * u).squareRoot()
      guard abs(abs(u) - radius) > 1.5 else { continue }
      worst = max(worst, abs(Double(projection[0, column]) - chord))
    }
    #expect(worst < 0.9, "off by \(worst) of up to 40")
  }

  @Test(arguments: [-60.0, -10, 0, 30, 75])
  func aSlabHasItsOpticalDensityAtEveryTilt(degrees: Double) {
    // A slab of 10 voxels across z, 0.08 per voxel: 0.8 / cos t through its middle.
    var volume = Volume(sizeX: 120, sizeZ: 120, sizeY: 1)
    for x in 0..<120 {
      for z in 55..<65 { volume[x: x, z: z, y: 0] = 0.08 }
    }
    let tilt = TiltAngle(degrees: degrees)
    let projection = ParallelProjector.project(
      volume,
      along: RayTable(tilt: tilt, sizeX: 120, sizeZ: 120)
    )
    let expected = 0.8 / cosine(tilt.radians)
    for column in 56..<64 {
      #expect(abs(Double(projection[0, column]) - expected) < 1e-4 * expected)
    }
  }

  @Test func theAxisLiesAtTheMiddleOfOddAndEvenSizes() {
    // Turning by 180° about (N − 1)/2 mirrors the columns exactly.
    for size in [9, 10] {
      var random = SeededGenerator(seed: 3)
      let volume = Volume(sizeX: size, sizeZ: size, sizeY: 2, random: &random)
      let front = ParallelProjector.project(
        volume,
        along: RayTable(tilt: TiltAngle(degrees: 20), sizeX: size, sizeZ: size)
      )
      let back = ParallelProjector.project(
        volume,
        along: RayTable(tilt: TiltAngle(degrees: 200), sizeX: size, sizeZ: size)
      )
      for row in 0..<2 {
        for column in 0..<size {
          #expect(abs(front[row, column] - back[row, size - 1 - column]) < 1e-4)
        }
      }
    }
  }
}

extension Volume {
  /// Uniform random voxels in [0, 1).
  init(sizeX: Int, sizeZ: Int, sizeY: Int, random: inout SeededGenerator) {
    self.init(sizeX: sizeX, sizeZ: sizeZ, sizeY: sizeY)
    for i in values.indices { values[i] = Float(random.uniform()) }
  }

  /// A disc of ones in one slice, rim voxels filled by the part inside (8 × 8 samples each).
  init(disc radius: Double, atX centerX: Double, z centerZ: Double, side: Int) {
    self.init(sizeX: side, sizeZ: side, sizeY: 1)
    for x in 0..<side {
      for z in 0..<side {
        var inside = 0
        for sample in 0..<64 {
          let dx = Double(x) + (Double(sample % 8) - 3.5) / 8 - Double(side - 1) / 2 - centerX
          let dz = Double(z) + (Double(sample / 8) - 3.5) / 8 - Double(side - 1) / 2 - centerZ
          inside += dx * dx + dz * dz < radius * radius ? 1 : 0
        }
        self[x: x, z: z, y: 0] = Float(inside) / 64
      }
    }
  }
}

extension Image {
  /// Uniform random pixels in [−0.5, 0.5).
  init(shape: Shape2D, random: inout SeededGenerator) {
    self.init(shape: shape)
    for i in values.indices { values[i] = Float(random.uniform() - 0.5) }
  }
}
