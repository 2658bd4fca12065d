// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import TestSupport
import Testing

@Suite struct TwoEnergyInversionTests {
  let voxel = Length(nanometers: 6.7)

  func parameters(_ change: (inout ChemistryParameters) -> Void = { _ in }) -> ChemistryParameters {
    var parameters = ChemistryParameters()
    parameters.minimumIron = 0
    change(&parameters)
    return parameters
  }

  /// Twelve voxels with noise, and what numpy.linalg.solve and scipy.optimize.nnls make of them
  /// with the default matrix times 0.0067 µm.
  static let densities: [[Float]] = [
    [0.0488, 0.0787], [0.0653, 0.0048], [0.013, 0.0761], [-0.0194, 0.0703],
    [0.0677, 0.0315], [0.0133, 0.0106], [0.008, 0.029], [0.0355, 0.0409],
    [0.0895, 0.0672], [0.0484, 0.0888], [0.0037, -0.0024], [0.0474, -0.0152],
  ]
  static let solved: [[Float]] = [
    [0.21438935, 0.89189264], [1.0078696, -0.40273791], [-0.33839029, 1.1131902],
    [-0.81394523, 1.2587301], [0.85464902, 0.0036808909], [0.13625352, 0.07078481],
    [-0.080333592, 0.40186984], [0.2732513, 0.38914486], [0.94652594, 0.41073224],
    [0.13555368, 1.0552246], [0.076274519, -0.06525338], [0.86562171, -0.58906366],
  ]
  static let bounded: [[Float]] = [
    [0.21438935, 0.89189264], [0.70385159, 0], [0, 0.85793716], [0, 0.64475853],
    [0.85464902, 0.0036808909], [0.13625352, 0.07078481], [0, 0.34127296],
    [0.2732513, 0.38914486], [0.94652594, 0.41073224], [0.13555368, 1.0552246],
    [0.027016169, 0], [0.42095043, 0],
  ]

  func volume(_ column: Int) -> Volume {
    Volume(sizeX: 2, sizeZ: 3, sizeY: 2, values: Self.densities.map { $0[column] })
  }

  @Test(arguments: [false, true])
  func agreesWithIndependentSolvers(isNonNegative: Bool) throws {
    let inversion = try TwoEnergyInversion(
      parameters: parameters { $0.isNonNegative = isNonNegative }
    )
    let result = inversion.solve(first: volume(0), second: volume(1), voxelSize: voxel)
    let expected = isNonNegative ? Self.bounded : Self.solved
    // Single precision over a matrix of condition 2.7.
    #expect(maximumDifference(result.lithiated.values, expected.map { $0[0] }) < 1e-6)
    #expect(maximumDifference(result.delithiated.values, expected.map { $0[1] }) < 1e-6)
  }

  @Test(arguments: [0.0, 0.02, 0.25, 0.5, 0.93, 1.0])
  func recoversEveryMixture(composition: Double) throws {
    let inversion = try TwoEnergyInversion(parameters: parameters())
    let a = inversion.parameters.matrix
    let (l, d) = (composition * 0.8, (1 - composition) * 0.8)
    let first = Float((a.lithiatedAtFirst * l + a.delithiatedAtFirst * d) * voxel.micrometers)
    let second = Float((a.lithiatedAtSecond * l + a.delithiatedAtSecond * d) * voxel.micrometers)
    let result = inversion.solve(
      first: Volume(sizeX: 1, sizeZ: 1, sizeY: 1, filledWith: first),
      second: Volume(sizeX: 1, sizeZ: 1, sizeY: 1, filledWith: second),
      voxelSize: voxel
    )
    #expect(abs(Double(result.lithiated.values[0]) - l) < 1e-6)
    #expect(abs(Double(result.delithiated.values[0]) - d) < 1e-6)
    #expect(abs(Double(result.composition.values[0]) - composition) < 1e-6)
    let angle = inversion.polarComposition.angle(ofComposition: composition)
    #expect(abs(Double(result.polarAngle.values[0]) - angle) < 1e-4)
    let label: ChemicalPhase =
      composition > 0.7 ? .lithiated : composition < 0.3 ? .delithiated : .mixed
    #expect(result.phaseLabel.values[0] == Float(label.rawValue))
    #expect(abs((result.stateOfCharge?.fraction ?? .nan) - (1 - composition)) < 1e-6)
  }

  @Test func projectionsGiveThicknesses() throws {
    let inversion = try TwoEnergyInversion(parameters: parameters())
    let shape = Shape2D(rows: 1, columns: 2)
    // 0.05 µm of LiFePO4; 0.02 µm of FePO4.
    let result = inversion.solve(
      first: Image(shape: shape, values: [11.80 * 0.05, 5.33 * 0.02]),
      second: Image(shape: shape, values: [5.45 * 0.05, 11.86 * 0.02])
    )
    #expect(maximumDifference(result.lithiated.values, [0.05, 0]) < 1e-7)
    #expect(maximumDifference(result.delithiated.values, [0, 0.02]) < 1e-7)
  }

  @Test func emptyAndUnlitPixelsCarryNoChemistry() throws {
    let inversion = try TwoEnergyInversion(parameters: parameters { $0.minimumIron = 0.1 })
    let shape = Shape2D(rows: 1, columns: 4)
    let result = inversion.solve(
      first: Image(shape: shape, values: [0.01, .nan, -1, 0.4]),
      second: Image(shape: shape, values: [0.02, 0.5, 0.1, 0.2])
    )
    #expect(result.phaseLabel.values == [0, 0, 0, 1])
    #expect(result.composition.values[..<3].allSatisfy { $0.isNaN })
    #expect(result.polarAngle.values[..<3].allSatisfy { $0.isNaN })
    #expect(result.lithiated.values[1].isNaN, "what was not measured must not look like vacuum")
  }

  @Test func emptyVoxelsAreFoundByThemselves() throws {
    let side = 24
    var first = Volume(sizeX: side, sizeZ: side, sizeY: side)
    var second = first
    let noise = Phantoms.noise(count: 2 * first.count, seed: 3)
    for x in 0..<side {
      for z in 0..<side {
        for y in 0..<side {
          let i = first.index(x: x, z: z, y: y)
          let isSolid = (8..<14).contains(x) && (6..<18).contains(z) && (4..<20).contains(y)
          first.values[i] = (isSolid ? 0.079 : 0) + 0.006 * noise[2 * i]
          second.values[i] = (isSolid ? 0.0365 : 0) + 0.006 * noise[2 * i + 1]
        }
      }
    }
    let result = try TwoEnergyInversion().solve(first: first, second: second, voxelSize: voxel)
    let filled = result.phaseLabel.values.count { $0 > 0 }
    #expect(abs(filled - 6 * 12 * 16) <= 3)
    #expect((0.012...0.04).contains(result.minimumIron))
    // Pure LiFePO4 is not charged at all; the uncertainty must cover what was found.
    let charge = try #require(result.stateOfCharge)
    // With all that lies within two steps of the plate.
    let (a, b, c) = (6, 12, 16)
    let surrounded = a * b * c + 4 * (a * b + b * c + c * a) + 4 * (a + b + c)
    #expect(abs(charge.count - surrounded) < 100, "\(charge.count), expected \(surrounded)")
    let uncertainty = try #require(charge.uncertainty)
    #expect((1e-4...5e-3).contains(uncertainty))
    #expect(abs(charge.fraction) < 4 * uncertainty)
  }

  @Test func aVolumeWithoutContrastIsEmpty() throws {
    let flat = Volume(sizeX: 3, sizeZ: 3, sizeY: 3)
    let result = try TwoEnergyInversion().solve(first: flat, second: flat, voxelSize: voxel)
    #expect(result.phaseLabel.values.allSatisfy { $0 == 0 })
    #expect(result.stateOfCharge == nil)
  }

  @Test func phasesThatLookAlikeAreRefused() {
    let alike = parameters { $0.matrix = AbsorptionMatrix(rows: [[2, 4], [3, 6]]) }
    #expect(throws: ParameterError.self) { try TwoEnergyInversion(parameters: alike) }
    let negative = parameters { $0.matrix.lithiatedAtFirst = -1 }
    #expect(throws: ParameterError.self) { try TwoEnergyInversion(parameters: negative) }
    let threshold = parameters { $0.segmentationThreshold = 51 }
    #expect(throws: ParameterError.self) { try TwoEnergyInversion(parameters: threshold) }
  }
}
