// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import Testing

/// The summary of two volumes says what the solution voxel by voxel adds up to.
@Suite struct ChemicalSummaryTests {
  private let voxel = Length(nanometers: 6.7)

  /// Two phases in some of the rows, noise and holes in all.
  private func volume(_ energy: Int) -> Volume {
    var random = SeededGenerator(seed: UInt64(energy + 1))
    var volume = Volume(sizeX: 21, sizeZ: 13, sizeY: 17)
    for i in volume.values.indices {
      let solid: [Float] =
        switch i / 17 % 11 {
        case 0: [0.079, 0.0365]
        case 1: [0.0357, 0.0795]
        default: [0, 0]
        }
      volume.values[i] = solid[energy] + Float(0.006 * random.normal())
    }
    volume.values[100] = .nan
    volume.values[200] = .infinity
    return volume
  }

  @Test(arguments: [false, true], [nil, 0.02])
  func itIsTheSumOfAllVoxels(isNonNegative: Bool, minimumIron: Double?) throws {
    var parameters = ChemistryParameters()
    parameters.isNonNegative = isNonNegative
    parameters.minimumIron = minimumIron
    let inversion = try TwoEnergyInversion(parameters: parameters)
    let (first, second) = (volume(0), volume(1))
    let solved = inversion.solve(first: first, second: second, voxelSize: voxel)
    let summary = inversion.summary(first: first, second: second)
    #expect(summary.minimumIron == solved.minimumIron)
    let (a, b) = (try #require(summary.stateOfCharge), try #require(solved.stateOfCharge))
    #expect(a.count == b.count)
    #expect(abs(a.fraction - b.fraction) < 1e-9)
    let (one, other) = (try #require(a.uncertainty), try #require(b.uncertainty))
    #expect(abs(one / other - 1) < 1e-9)
    let histogram = PolarHistogram(polarAngle: solved.polarAngle, first: first, second: second)
    #expect(abs(summary.histogram.outside - histogram.outside) < 1e-6)
    for (x, y) in zip(summary.histogram.weights, histogram.weights) { #expect(abs(x - y) < 1e-6) }

    // A slice by itself is that of the volume.
    let slice = inversion.solve(
      firstSlice: first.slice(z: 4),
      secondSlice: second.slice(z: 4),
      voxelSize: voxel,
      minimumIron: summary.minimumIron
    )
    let expected = solved.lithiated.slice(z: 4).values
    for (x, y) in zip(slice.lithiated.values, expected) where y.isFinite { #expect(x == y) }
    #expect(slice.phaseLabel.values == solved.phaseLabel.slice(z: 4).values)
  }

  @Test func noErrorIsSaidWhereTheNoiseIsNotKnown() throws {
    // Single voxels of iron have no neighbours that could say their noise.
    var parameters = ChemistryParameters()
    parameters.minimumIron = 0.02
    let inversion = try TwoEnergyInversion(parameters: parameters)
    var first = Volume(sizeX: 9, sizeZ: 9, sizeY: 9)
    var second = first
    for i in stride(from: 0, to: first.values.count, by: 7) {
      first.values[i] = 0.079
      second.values[i] = 0.0365
    }
    let solved = inversion.solve(first: first, second: second, voxelSize: voxel)
    #expect(!solved.noise.isKnown)
    #expect(solved.composition.values.contains { $0.isFinite })
    #expect(solved.compositionError.values.allSatisfy { $0.isNaN })
    for charge in [
      solved.stateOfCharge, inversion.summary(first: first, second: second).stateOfCharge,
    ] {
      let charge = try #require(charge)
      #expect(charge.noiseUncertainty == nil && charge.uncertainty == nil)
      #expect(charge.levelUncertainty.isFinite)
    }
  }

  /// Calls in another order, as threads would.
  private struct Backwards: WorkSharing {
    let parts = 3
    func perform(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
      for number in (0..<count).reversed() { body(number) }
    }
  }

  @Test func theOrderOfTheWorkDoesNotChangeIt() throws {
    let inversion = try TwoEnergyInversion()
    let (first, second) = (volume(0), volume(1))
    let plain = inversion.summary(first: first, second: second)
    #expect(inversion.summary(first: first, second: second, sharing: Backwards()) == plain)
  }
}
