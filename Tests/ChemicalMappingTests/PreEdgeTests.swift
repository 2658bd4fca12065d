// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import TestSupport
import Testing

@Suite struct PreEdgeTests {
  let matrix = ChemistryParameters().matrix
  let preEdge = ChemistryParameters().preEdgeAbsorption
  let shape = Shape2D(rows: 40, columns: 50)

  /// Images of a sample with both phases and with matter that holds no iron, µm and OD.
  func images(
    foreign: Double = 0,
    noise: Float = 0
  ) -> (first: Image, second: Image, below: Image, composition: [Double]) {
    var (first, second, below) = (Image(shape: shape), Image(shape: shape), Image(shape: shape))
    var compositions: [Double] = []
    let a = Phantoms.noise(count: 3 * shape.count, seed: 9)
    for i in first.values.indices {
      let thickness = 0.02 + 0.06 * Double(i % 50) / 50
      let composition = Double(i / 50) / 39
      let (l, d) = (composition * thickness, (1 - composition) * thickness)
      compositions.append(composition)
      first.values[i] =
        Float(matrix.lithiatedAtFirst * l + matrix.delithiatedAtFirst * d + foreign) + noise * a[i]
      second.values[i] =
        Float(matrix.lithiatedAtSecond * l + matrix.delithiatedAtSecond * d + foreign)
        + noise * a[i + shape.count]
      below.values[i] =
        Float(preEdge.lithiated * l + preEdge.delithiated * d + foreign)
        + noise * a[i + 2 * shape.count]
    }
    return (first, second, below, compositions)
  }

  func error(_ found: Image, _ truth: [Double]) -> Double {
    let squares = zip(found.values, truth).reduce(0.0) {
      $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1)
    }
    return (squares / Double(truth.count)).squareRoot()
  }

  func inversion() throws -> TwoEnergyInversion {
    var parameters = ChemistryParameters()
    parameters.minimumIron = 0.05
    parameters.isNonNegative = false
    return try TwoEnergyInversion(parameters: parameters)
  }

  @Test func subtractionTakesMatterWithoutIronOutOfTheComposition() throws {
    let clean = images()
    #expect(
      error(
        try inversion().solve(first: clean.first, second: clean.second).composition,
        clean.composition
      ) < 1e-5
    )
    let subtracted = try inversion().solve(
      first: clean.first,
      second: clean.second,
      preEdge: clean.below
    )
    #expect(error(subtracted.composition, clean.composition) < 1e-5)
    // Amounts are those of the same phases.
    let plain = try inversion().solve(first: clean.first, second: clean.second)
    #expect(maximumDifference(subtracted.lithiated.values, plain.lithiated.values) < 1e-6)
    // With carbon of an OD of 0.1 in the beam the plain map is off, the subtracted one is not.
    let soiled = images(foreign: 0.1)
    let biased = try inversion().solve(first: soiled.first, second: soiled.second)
    let right = try inversion().solve(
      first: soiled.first,
      second: soiled.second,
      preEdge: soiled.below
    )
    #expect(error(biased.composition, soiled.composition) > 0.03)
    #expect(error(right.composition, soiled.composition) < 1e-5)
  }

  @Test func aVolumeIsSolvedAsItsImagesAre() throws {
    let soiled = images(foreign: 0.05)
    func volume(_ image: Image) -> Volume {
      Volume(sizeX: 1, sizeZ: 40, sizeY: 50, values: image.values)
    }
    let images = try inversion().solve(
      first: soiled.first,
      second: soiled.second,
      preEdge: soiled.below
    )
    let volumes = try inversion().solve(
      first: volume(soiled.first),
      second: volume(soiled.second),
      preEdge: volume(soiled.below),
      voxelSize: Length(micrometers: 1)
    )
    #expect(volumes.composition.values == images.composition.values)
    #expect(volumes.phaseLabel.values == images.phaseLabel.values)
  }

  @Test func theSummaryIsThatOfTheDifferences() throws {
    let soiled = images(foreign: 0.1, noise: 0.01)
    func volume(_ image: Image) -> Volume {
      Volume(sizeX: 1, sizeZ: 40, sizeY: 50, values: image.values)
    }
    var parameters = try inversion().parameters
    parameters.subtractsPreEdge = true
    let energies = [710.2, 700, 708.2].map { PhotonEnergy(electronVolts: $0) }
    let volumes = [volume(soiled.second), volume(soiled.below), volume(soiled.first)]
    let densities = try #require(
      ChemicalDensities(
        of: volumes,
        energies: energies,
        by: TwoEnergyInversion(parameters: parameters)
      )
    )
    let summary = densities.summary()
    let solved = densities.solve(voxelSize: Length(micrometers: 1))
    let (charge, expected) = (
      try #require(summary.stateOfCharge), try #require(solved.stateOfCharge)
    )
    #expect(abs(charge.fraction - expected.fraction) < 1e-9 && charge.count == expected.count)
    #expect(summary.noise.common == solved.noise.common && summary.noise.common > 0.005)
    #expect(summary.relation.matrix == matrix.subtracting(preEdge))
    // Thickness does not depend on the row, composition rises evenly from 0 to 1.
    #expect(abs(charge.fraction - 0.5) < 0.01, "\(charge)")
    // Two energies below the edge count by their mean, and nothing is taken twice.
    let twice = try #require(
      ChemicalDensities(
        of: volumes + [volumes[1]],
        energies: energies + [PhotonEnergy(electronVolts: 702)],
        by: TwoEnergyInversion(parameters: parameters)
      )
    )
    #expect(maximumDifference(twice.first.values, densities.first.values) < 1e-6)
    #expect(
      ChemicalDensities(of: volumes, energies: energies, by: densities.inversion)?.preEdge
        == nil
    )
    // Without an energy below the edge there is nothing to take.
    let pair = try #require(
      ChemicalDensities(
        of: [volumes[0], volumes[2]],
        energies: [energies[0], energies[2]],
        by: TwoEnergyInversion(parameters: parameters)
      )
    )
    #expect(pair.preEdge == nil && pair.first == volumes[2])
    #expect(pair.inversion.parameters.matrix == matrix)
  }

  @Test func theNoiseOfThePreEdgeEntersTheError() throws {
    let noisy = images(noise: 0.02)
    let plain = try inversion().solve(first: noisy.first, second: noisy.second)
    let subtracted = try inversion().solve(
      first: noisy.first,
      second: noisy.second,
      preEdge: noisy.below
    )
    #expect(abs(subtracted.noise.common - 0.02) < 2e-3)
    for solved in [plain, subtracted] {
      // Where linear propagation holds: not in the thinnest.
      let thick = solved.composition.values.indices.filter { $0 % 50 > 30 }
      let spread = thick.reduce(0.0) {
        let difference = Double(solved.composition.values[$1]) - noisy.composition[$1]
        return $0 + difference * difference
      }
      let stated = thick.reduce(0.0) {
        $0 + Double(solved.compositionError.values[$1] * solved.compositionError.values[$1])
      }
      #expect(abs((spread / stated).squareRoot() - 1) < 0.12)
    }
  }

  /// Figure S8's answer: of clean plates the pre-edge is one and the same small share of the peaks, and
  /// subtracting it makes compositions no better; a film of carbon makes it worth its noise.
  @Test func thePreEdgeSaysNothingNewOfCleanPlates() throws {
    let clean = images(noise: 0.01)
    let study = PreEdgeStudy(
      first: clean.first,
      second: clean.second,
      preEdge: clean.below,
      minimumIron: 0.1
    )
    #expect(abs(study.slope - 0.38 / 8.6) < 0.002, "\(study.slope)")
    #expect(study.correlation > 0.5 && study.pixelCount == shape.count)
    #expect(abs(study.scatter - 0.01) < 1e-3)
    #expect(abs(study.ratio.values[49] - 0.044) < 0.03)
    func errors(_ sample: (first: Image, second: Image, below: Image, composition: [Double])) throws
      -> (without: Double, with: Double)
    {
      let inversion = try inversion()
      let plain = inversion.solve(first: sample.first, second: sample.second)
      let subtracted = inversion.solve(
        first: sample.first,
        second: sample.second,
        preEdge: sample.below
      )
      return (
        error(plain.composition, sample.composition),
        error(subtracted.composition, sample.composition)
      )
    }
    let plain = try errors(clean)
    #expect(plain.with > plain.without, "\(plain)")
    let soiled = try errors(images(foreign: 0.15, noise: 0.01))
    #expect(soiled.with < 0.7 * soiled.without, "\(soiled)")
  }

  @Test func whatLiesBelowTheLevelDoesNotCount() {
    let image = Image(shape: Shape2D(rows: 1, columns: 4), values: [0.05, 0.4, 0.8, .nan])
    let below = Image(shape: image.shape, values: [0.5, 0.02, 0.04, 0.1])
    let study = PreEdgeStudy(first: image, second: image, preEdge: below, minimumIron: 0.1)
    #expect(study.pixelCount == 2)
    #expect(abs(study.slope - 0.05) < 1e-6 && abs(study.correlation - 1) < 1e-6)
    #expect(study.ratio.values[0].isNaN && study.ratio.values[3].isNaN)
    #expect(study.peaks.values[0].isNaN && study.peaks.values[1...2] == [0.4, 0.8])
  }
}
