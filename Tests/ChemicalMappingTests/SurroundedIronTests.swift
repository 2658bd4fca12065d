// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import TestSupport
import Testing

/// The state of charge of particles whose edges are spread, at one energy more than at the other.
@Suite struct SurroundedIronTests {
  private static let side = 48

  /// A volume with (1/4, 1/2, 1/4) run over it so many times along each axis.
  private func blurred(_ volume: Volume, _ times: Int) -> Volume {
    var volume = volume
    let side = Self.side
    for _ in 0..<times {
      for step in [1, side, side * side] {
        let before = volume.values
        for place in before.indices where place >= step && place < before.count - step {
          volume.values[place] =
            0.25 * before[place - step] + 0.5 * before[place] + 0.25 * before[place + step]
        }
      }
    }
    return volume
  }

  /// Plates of 6 voxels' thickness, two of LiFePO₄ and one of FePO₄: a third is charged.
  private func plates(_ parameters: ChemistryParameters) -> (first: Volume, second: Volume) {
    let side = Self.side
    var first = Volume(sizeX: side, sizeZ: side, sizeY: side)
    var second = first
    let matrix = parameters.matrix
    for (number, isCharged) in [false, true, false].enumerated() {
      for x in 8..<40 {
        for z in 6 + 13 * number..<12 + 13 * number {
          for y in 8..<40 {
            let place = (x * side + z) * side + y
            first.values[place] =
              0.0067 * Float(isCharged ? matrix.delithiatedAtFirst : matrix.lithiatedAtFirst)
            second.values[place] =
              0.0067 * Float(isCharged ? matrix.delithiatedAtSecond : matrix.lithiatedAtSecond)
          }
        }
      }
    }
    return (first, second)
  }

  @Test func spreadEdgesDoNotMoveTheStateOfCharge() throws {
    var parameters = ChemistryParameters()
    parameters.minimumIron = 0.023  // four tenths of a full voxel
    let inversion = try TwoEnergyInversion(parameters: parameters)
    let true3D = plates(parameters)
    let sharp = try #require(
      inversion.summary(first: true3D.first, second: true3D.second).stateOfCharge
    )
    #expect(abs(sharp.fraction - 1.0 / 3) < 1e-6, "\(sharp)")
    let (first, second) = (blurred(true3D.first, 1), blurred(true3D.second, 2))
    let summary = inversion.summary(first: first, second: second)
    let charge = try #require(summary.stateOfCharge)
    #expect(abs(charge.fraction - 1.0 / 3) < 0.003, "\(charge)")
    // The voxels above the level alone would say something else: this is what is tested.
    let relation = PolarComposition(matrix: parameters.matrix)
    var tight = IronSum()
    for (x, y) in zip(first.values, second.values)
    where Double(x + y) / 2 >= summary.minimumIron {
      tight = IronSum(
        first: tight.first + Double(x),
        second: tight.second + Double(y),
        count: tight.count + 1
      )
    }
    let without = try #require(relation.composition(first: tight.first, second: tight.second))
    #expect(abs(1 - without - 1.0 / 3) > 0.03, "\(1 - without)")
    #expect(charge.count > tight.count)
  }

  @Test func whatIsFarAwayDoesNotCountAndThreadsChangeNothing() throws {
    var parameters = ChemistryParameters()
    parameters.minimumIron = 0.023
    let inversion = try TwoEnergyInversion(parameters: parameters)
    let side = Self.side
    var (first, second) = plates(parameters)
    let clean = try #require(inversion.summary(first: first, second: second).stateOfCharge)
    // Something weak in a corner, five voxels from the nearest plate and below the level.
    for x in 0..<3 {
      for y in 0..<side { second.values[(x * side) * side + y] = 0.004 }
    }
    let other = try #require(inversion.summary(first: first, second: second).stateOfCharge)
    #expect(clean.fraction == other.fraction && clean.count == other.count)
    // Each face grows by two voxels and each edge by a step: a plate of a x b x c has
    // abc + 4 (ab + bc + ca) + 4 (a + b + c) · 1 voxels within two steps, and 8 corners' worth more.
    let (a, b, c) = (32, 6, 32)
    let faces = 4 * (a * b + b * c + c * a)
    let edges = 4 * (a + b + c)
    #expect(clean.count == 3 * (a * b * c + faces + edges), "\(clean.count)")
    first.values[0] = .nan
    let unlit = try #require(inversion.summary(first: first, second: second).stateOfCharge)
    #expect(unlit.fraction == clean.fraction)
  }
}
