// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import Testing

/// The comparisons with the truth.
@Suite struct TruthTests {
  private static let voxel = Length(nanometers: 6.7)
  private static let matrix = SimulationParameters().absorption
  private static let phantom = Phantom(
    plateCount: 25,
    diameter: Length(nanometers: 300),
    seed: 6
  )

  @Test func gaugeIsNoRegistrationError() {
    let tilts = stride(from: -80.0, through: 77, by: 7).map(TiltAngle.init(degrees:))
    var generator = SeededGenerator(seed: 9)
    let sample = tilts.map { _ in
      PixelShift(rows: 3 * generator.normal(), columns: 3 * generator.normal())
    }
    let applied = zip(sample, tilts).map { shift, tilt in
      PixelShift(
        rows: 1.7 - shift.rows,
        columns: -0.4 + 2.1 * sine(tilt.radians) - 0.8 * cosine(tilt.radians) - shift.columns
      )
    }
    let good = RegistrationComparison(applied: applied, sample: sample, tilts: tilts)
    #expect(good.rootMeanSquare < 1e-6)
    var wrong = applied
    wrong[4].rows += 3
    let bad = RegistrationComparison(applied: wrong, sample: sample, tilts: tilts)
    #expect(bad.rootMeanSquare > 0.5)
    // Shifts of the wrong sign must not pass.
    let flipped = RegistrationComparison(applied: sample, sample: sample, tilts: tilts)
    #expect(flipped.rootMeanSquare > 3)
  }

  @Test func alignmentFindsTheMoveBelowAVoxel() {
    let move = SIMD3(1.37, -0.62, 2.21)
    var generator = SeededGenerator(seed: 2)
    var volume = Self.phantom.moved(by: move * 6.7e-9)
      .volumes(side: 64, height: 64, voxelSize: Self.voxel)
      .opticalDensity(energyIndex: 0, matrix: Self.matrix)
    for i in volume.values.indices {
      volume.values[i] = max(0.85 * volume.values[i] + 0.01 * Float(generator.normal()), 0)
    }
    let alignment = VolumeAlignment(
      of: Self.phantom,
      onto: volume,
      voxelSize: Self.voxel,
      absorption: PhaseAbsorption(
        lithiated: Self.matrix.lithiatedAtFirst,
        delithiated: Self.matrix.delithiatedAtFirst
      )
    )
    let error = alignment.offset - move
    #expect((error * error).sum().squareRoot() < 0.05)
    #expect(alignment.correlation > 0.7)
  }

  @Test func truthComparesPerfectlyWithItself() {
    let truth = Self.phantom.volumes(side: 60, height: 60, voxelSize: Self.voxel)
    let result = ChemistryComparison(
      lithiated: truth.lithiated,
      delithiated: truth.delithiated,
      truth: truth
    )
    #expect(result.voxelCount > 5000 && result.interiorCount > 500)
    #expect(result.voxelError < 1e-3 && result.plateError < 1e-3)
    #expect(result.majorityRight == 100)
    #expect(result.plateCount == Self.phantom.plates.count)
  }

  @Test func swappedPhasesAreWrongEverywhere() {
    let truth = Self.phantom.volumes(side: 60, height: 60, voxelSize: Self.voxel)
    let result = ChemistryComparison(
      lithiated: truth.delithiated,
      delithiated: truth.lithiated,
      truth: truth
    )
    #expect(result.voxelError > 60 && result.plateError > 50)
    #expect(result.majorityRight == 0)
  }

  @Test func emptyResultCountsAsHalfWrong() {
    let truth = Self.phantom.volumes(side: 60, height: 60, voxelSize: Self.voxel)
    let nothing = Volume(sizeX: 60, sizeZ: 60, sizeY: 60)
    let result = ChemistryComparison(lithiated: nothing, delithiated: nothing, truth: truth)
    #expect(abs(result.voxelError - 50) < 1e-3)
    #expect(result.emptyCount == result.voxelCount)
    #expect(result.majorityRight == 0)
  }

  @Test func densityComparisonSeparatesScaleFromNoise() {
    var scaled = DensityComparison()
    scaled.add([0.9, 1.8, 0], truth: [1, 2, 0])
    #expect(abs(scaled.scale - 0.9) < 1e-6 && abs(scaled.relativeError - 0.1) < 1e-6)
    var weighted = DensityComparison()
    weighted.add([1, 2, 99], truth: [1, 2, 3], weights: [1, 1, 0])
    #expect(weighted.relativeError < 1e-6)
  }

  @Test func projectionsOfTheSampleCompareWithTheSampleAlone() {
    let tilts = [-50.0, 10, 65].map(TiltAngle.init(degrees:))
    var stack = ImageStack(count: 3, shape: Shape2D(square: 64))
    for (place, tilt) in tilts.enumerated() {
      stack[place] = Self.phantom.paths(tilt: tilt, side: 64, pixelSize: Self.voxel)
        .opticalDensity(energyIndex: 1, matrix: Self.matrix)
    }
    let lit = ImageStack(count: 3, shape: Shape2D(square: 64), filledWith: 1)
    func error(against phantom: Phantom) -> Double {
      var comparison = DensityComparison()
      comparison.add(
        projections: stack,
        coverage: lit,
        tilts: tilts,
        phantom: phantom,
        pixelSize: Self.voxel,
        absorption: PhaseAbsorption(
          lithiated: Self.matrix.lithiatedAtSecond,
          delithiated: Self.matrix.delithiatedAtSecond
        )
      )
      return comparison.relativeError
    }
    #expect(error(against: Self.phantom) < 1e-6)
    #expect(error(against: Self.phantom.moved(by: SIMD3(6.7e-9, 0, 0))) > 0.1)
  }

  // MARK: - Spectra in two dimensions

  private static let meanAbsorption = PhaseAbsorption(
    lithiated: (matrix.lithiatedAtFirst + matrix.lithiatedAtSecond) / 2,
    delithiated: (matrix.delithiatedAtFirst + matrix.delithiatedAtSecond) / 2
  )

  /// The sample at a tilt, moved in the image, [row, column].
  private static func paths(rows: Double, columns: Double, tilt: TiltAngle) -> PhasePaths {
    let across = columns * voxel.meters
    return phantom.moved(
      by: SIMD3(across * cosine(tilt.radians), rows * voxel.meters, across * sine(tilt.radians))
    )
    .paths(tilt: tilt, side: 64, pixelSize: voxel)
  }

  @Test func trueIronIsFoundInAMapThatIsMovedAndTooWeak() {
    let tilt = TiltAngle(degrees: 30)
    let actual = Self.paths(rows: 1.3, columns: -2.4, tilt: tilt).opticalDensity(
      Self.meanAbsorption
    )
    var generator = SeededGenerator(seed: 12)
    var iron = actual
    for i in iron.values.indices {
      iron.values[i] = 0.8 * iron.values[i] + 0.02 * Float(generator.normal())
    }
    iron.values[70] = .nan
    let comparison = SpectraComparison(
      iron: iron,
      phantom: Self.phantom,
      tilt: tilt,
      pixelSize: Self.voxel,
      absorption: Self.meanAbsorption
    )
    #expect(abs(comparison.shift.rows - 1.3) < 0.05)
    #expect(abs(comparison.shift.columns + 2.4) < 0.05)
    #expect(comparison.correlation > 0.98)
    // The bound is one of the truth: a map that is a fifth too weak leaves out none of its pixels.
    let expected = actual.values.map { $0 > 0.1 }
    let differing = zip(comparison.hasIron, expected).count { $0 != $1 }
    let all = expected.count { $0 }
    #expect(all > 500 && differing * 50 < all, "\(differing) of \(all) pixels")
    let measured = iron.values.count { $0 > 0.1 }
    #expect(measured < all)
  }

  @Test func whatWasNotFittedIsNotFittedWell() {
    let tilt = TiltAngle(degrees: 0)
    let paths = Self.paths(rows: 0, columns: 0, tilt: tilt)
    let iron = paths.opticalDensity(Self.meanAbsorption)
    let comparison = SpectraComparison(
      iron: iron,
      phantom: Self.phantom,
      tilt: tilt,
      pixelSize: Self.voxel,
      absorption: Self.meanAbsorption
    )
    var composition = paths.lithiated
    for i in composition.values.indices {
      composition.values[i] /= paths.lithiated.values[i] + paths.delithiated.values[i]
    }
    #expect(comparison.mismatch(of: composition, with: composition) == 0)
    var swapped = composition
    for i in swapped.values.indices { swapped.values[i] = 1 - swapped.values[i] }
    let wrong = comparison.mismatch(of: swapped, with: composition)
    #expect(wrong > 50)
    // A quarter of the pixels with iron has no result: a quarter differs and is not fitted well.
    let places = comparison.hasIron.indices.filter { comparison.hasIron[$0] }
    var gaps = composition
    var rFactor = Image(shape: iron.shape, filledWith: 0.02)
    for place in places.prefix(places.count / 4) {
      gaps.values[place] = .nan
      rFactor.values[place] = .nan
    }
    let share = 100 * Double(places.count / 4) / Double(places.count)
    #expect(abs(comparison.mismatch(of: gaps, with: composition) - share) < 1e-9)
    #expect(abs(comparison.mismatch(of: composition, with: gaps) - share) < 1e-9)
    #expect(abs(comparison.wellFitted(rFactor) - (100 - share)) < 1e-9)
  }
}
