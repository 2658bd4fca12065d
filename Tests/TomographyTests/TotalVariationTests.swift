// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Testing
import Tomography

@Suite struct TotalVariationTests {
  @Test func theGradientIsTheDerivativeOfTheValue() {
    var random = SeededGenerator(seed: 8)
    let volume = Volume(sizeX: 5, sizeZ: 4, sizeY: 6, random: &random)
    let gradient = TotalVariation.gradient(of: volume, rounding: 0.1)
    for i in stride(from: 0, to: volume.count, by: 7) {
      var (up, down) = (volume, volume)
      up.values[i] += 0.01
      down.values[i] -= 0.01
      let difference =
        TotalVariation.value(of: up, rounding: 0.1)
        - TotalVariation.value(of: down, rounding: 0.1)
      #expect(abs(Double(gradient.values[i]) - difference / 0.02) < 0.01)
    }
  }

  @Test func aCubesVariationIsItsSurface() {
    // A cube of 6³ ones: five sixths of its face voxels step once; edges step along a diagonal.
    var volume = Volume(sizeX: 12, sizeZ: 12, sizeY: 12)
    for x in 3..<9 {
      for z in 3..<9 {
        for y in 3..<9 { volume[x: x, z: z, y: y] = 1 }
      }
    }
    let value = TotalVariation.value(of: volume, rounding: 1e-5)
    // Far faces: 3 × 25 single, 3 × 5 double and 1 triple steps; near faces: 3 × 36 single ones.
    let expected = 75 + 15 * 2.0.squareRoot() + 3.0.squareRoot() + 108
    #expect(abs(value - expected) < 0.1)
  }

  @Test func descentCalmsNoiseByStepsOfTheGivenLength() {
    var random = SeededGenerator(seed: 1)
    let noise = Volume(sizeX: 10, sizeZ: 10, sizeY: 10, random: &random)
    var volume = noise
    TotalVariation.descend(&volume, by: 0.5, steps: 1, notBelow: -.infinity)
    let moved = zip(volume.values, noise.values).reduce(0.0) {
      $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1))
    }
    #expect(abs(moved.squareRoot() - 0.5) < 1e-3)
    #expect(
      TotalVariation.value(of: volume, rounding: 0.01)
        < TotalVariation.value(of: noise, rounding: 0.01)
    )
    var level = Volume(sizeX: 4, sizeZ: 4, sizeY: 4, filledWith: 0.3)
    TotalVariation.descend(&level, by: 1, steps: 3)
    #expect(level.values.allSatisfy { $0 == 0.3 })
  }
}
