// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Finds, voxel by voxel, how much of each phase explains the optical densities at two energies.
///
/// The two densities are o = A c L, with A the absorption matrix (rows energies, columns LiFePO₄,
/// FePO₄), c the concentrations and L the voxel's length; c = A⁻¹ o / L in closed form. The
/// non-negative variant puts a negative concentration to zero and fits the other by least squares
/// (Lawson and Hanson, Solving Least Squares Problems, 1974, chapter 23, in two dimensions). Yu et
/// al., Nat. Commun. 9, 921 (2018), doi 10.1038/s41467-018-03401-x, Methods: the pre-edge is
/// neglected, as voxels are all of one size.
public struct TwoEnergyInversion: Sendable {
  /// What it works with.
  public let parameters: ChemistryParameters

  /// Checks the parameters and prepares the inversion.
  ///
  /// - Parameter parameters: The absorption matrix and thresholds.
  /// - Throws: `ParameterError` for a parameter out of bounds or phases that look alike.
  public init(parameters: ChemistryParameters = ChemistryParameters()) throws(ParameterError) {
    try parameters.validate()
    self.parameters = parameters
  }

  /// Takes parameters that were checked before.
  init(checked parameters: ChemistryParameters) {
    self.parameters = parameters
  }

  /// The relation between composition and polar angle.
  public var polarComposition: PolarComposition { PolarComposition(matrix: parameters.matrix) }

  /// Solves every voxel.
  ///
  /// - Parameters:
  ///   - first: Optical density per voxel at the first energy, [x, z, y], dimensionless.
  ///   - second: The same at the second energy.
  ///   - voxelSize: The size of a voxel.
  /// - Returns: Concentrations, composition, polar angle and label of every voxel.
  public func solve(first: Volume, second: Volume, voxelSize: Length) -> ChemicalVolumes {
    precondition(first.hasShape(of: second), "the two energies' volumes differ in extent")
    let solution = solution(
      first.values,
      second.values,
      rowLength: first.sizeY,
      length: voxelSize.micrometers
    )
    func volume(_ values: [Float]) -> Volume {
      Volume(sizeX: first.sizeX, sizeZ: first.sizeZ, sizeY: first.sizeY, values: values)
    }
    return ChemicalVolumes(
      lithiated: volume(solution.lithiated),
      delithiated: volume(solution.delithiated),
      composition: volume(solution.composition),
      polarAngle: volume(solution.polarAngle),
      phaseLabel: volume(solution.phaseLabel),
      minimumIron: solution.minimumIron,
      stateOfCharge: solution.stateOfCharge
    )
  }

  /// Solves every pixel of a pair of projections.
  ///
  /// - Parameters:
  ///   - first: Optical density along the beam at the first energy, [row, column]; NaN where unlit.
  ///   - second: The same at the second energy.
  /// - Returns: Thicknesses of the phases in µm, composition, polar angle and label of every pixel.
  public func solve(first: Image, second: Image) -> ChemicalImages {
    images(first, second, length: 1)
  }

  /// Solves every pixel; a concentration of 1 fills a length in µm.
  func images(_ first: Image, _ second: Image, length: Double) -> ChemicalImages {
    precondition(first.shape == second.shape, "the two energies' images differ in shape")
    let solution = solution(
      first.values,
      second.values,
      rowLength: first.shape.columns,
      length: length
    )
    return ChemicalImages(
      lithiated: Image(shape: first.shape, values: solution.lithiated),
      delithiated: Image(shape: first.shape, values: solution.delithiated),
      composition: Image(shape: first.shape, values: solution.composition),
      polarAngle: Image(shape: first.shape, values: solution.polarAngle),
      phaseLabel: Image(shape: first.shape, values: solution.phaseLabel),
      minimumIron: solution.minimumIron,
      stateOfCharge: solution.stateOfCharge
    )
  }

  /// The results of the voxels, in the order of the voxels.
  private struct Solution {
    var lithiated: [Float]
    var delithiated: [Float]
    var composition: [Float]
    var polarAngle: [Float]
    var phaseLabel: [Float]
    var minimumIron: Double
    var stateOfCharge: StateOfCharge?
  }

  private func solution(
    _ first: [Float],
    _ second: [Float],
    rowLength: Int,
    length: Double
  ) -> Solution {
    precondition(length > 0, "a voxel has a size")
    let minimumIron = minimumIron(first, second, sharing: SerialWork())
    let kernel = VoxelKernel(parameters: parameters, length: length, minimumIron: minimumIron)
    var lithiated = [Float](repeating: 0, count: first.count)
    var delithiated = lithiated
    kernel.concentrations(
      first.span,
      second.span,
      isNonNegative: parameters.isNonNegative,
      lithiated: &lithiated,
      delithiated: &delithiated
    )
    let phases = kernel.phases(first.span, second.span, lithiated.span, delithiated.span)
    return Solution(
      lithiated: lithiated,
      delithiated: delithiated,
      composition: phases.composition,
      polarAngle: phases.polarAngle,
      phaseLabel: phases.phaseLabel,
      minimumIron: minimumIron,
      stateOfCharge: stateOfCharge(
        first.span,
        second.span,
        labels: phases.phaseLabel.span,
        rowLength: rowLength
      )
    )
  }

  /// The state of charge of the voxels whose label is not "empty".
  private func stateOfCharge(
    _ first: Span<Float>,
    _ second: Span<Float>,
    labels: Span<Float>,
    rowLength: Int
  ) -> StateOfCharge? {
    var count = 0
    var firstSum = 0.0
    var secondSum = 0.0
    for i in labels.indices where labels[i] > 0 {
      count += 1
      firstSum += Double(first[i])
      secondSum += Double(second[i])
    }
    let noise = OpticalDensityNoise(
      first: estimatedNoise(of: first, rowLength: rowLength) { labels[$0] > 0 },
      second: estimatedNoise(of: second, rowLength: rowLength) { labels[$0] > 0 }
    )
    return ChemicalMapping.stateOfCharge(
      firstSum: firstSum,
      secondSum: secondSum,
      count: count,
      noise: noise,
      matrix: parameters.matrix
    )
  }
}
