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
  ///   - noise: The noise of a voxel, from which the errors follow; estimated where nil.
  ///   - work: Threads that share the voxels; their number does not change the result.
  /// - Returns: Concentrations, composition with its error, polar angle and label of every voxel.
  public func solve(
    first: Volume,
    second: Volume,
    voxelSize: Length,
    noise: OpticalDensityNoise? = nil,
    sharing work: any WorkSharing = SerialWork()
  ) -> ChemicalVolumes {
    precondition(first.hasShape(of: second), "the two energies' volumes differ in extent")
    let solution = solution(
      Pair(first, second),
      length: voxelSize.micrometers,
      noise: noise,
      sharing: work
    )
    let volumes = solution.arrays.map { values in
      Volume(sizeX: first.sizeX, sizeZ: first.sizeZ, sizeY: first.sizeY, values: values)
    }
    return ChemicalVolumes(
      lithiated: volumes[0],
      delithiated: volumes[1],
      composition: volumes[2],
      compositionError: volumes[3],
      polarAngle: volumes[4],
      phaseLabel: volumes[5],
      minimumIron: solution.minimumIron,
      noise: solution.noise,
      stateOfCharge: solution.stateOfCharge
    )
  }

  /// Solves every pixel of a pair of projections.
  ///
  /// - Parameters:
  ///   - first: Optical density along the beam at the first energy, [row, column]; NaN where unlit.
  ///   - second: The same at the second energy.
  ///   - noise: The noise of a pixel, from which the errors follow; estimated where nil.
  /// - Returns: Thicknesses of the phases in µm, composition with its error, polar angle and label of
  ///   every pixel.
  public func solve(
    first: Image,
    second: Image,
    noise: OpticalDensityNoise? = nil
  ) -> ChemicalImages {
    images(first, second, length: 1, noise: noise)
  }

  /// Solves every pixel; a concentration of 1 fills a length in µm.
  func images(
    _ first: Image,
    _ second: Image,
    length: Double,
    noise: OpticalDensityNoise? = nil
  ) -> ChemicalImages {
    precondition(first.shape == second.shape, "the two energies' images differ in shape")
    let solution = solution(
      Pair(first, second),
      length: length,
      noise: noise,
      sharing: SerialWork()
    )
    let images = solution.arrays.map { Image(shape: first.shape, values: $0) }
    return ChemicalImages(
      lithiated: images[0],
      delithiated: images[1],
      composition: images[2],
      compositionError: images[3],
      polarAngle: images[4],
      phaseLabel: images[5],
      minimumIron: solution.minimumIron,
      noise: solution.noise,
      stateOfCharge: solution.stateOfCharge
    )
  }

  /// The optical densities of the voxels, in the order of the voxels.
  struct Pair: Sendable {
    var first: [Float]
    var second: [Float]
    var rowLength: Int
    /// The voxels of a plane, those of a row where there are no planes.
    var planeLength: Int
    var dimensions: Int

    init(_ first: Volume, _ second: Volume) {
      (self.first, self.second) = (first.values, second.values)
      rowLength = first.sizeY
      planeLength = first.sizeZ * first.sizeY
      dimensions = 3
    }

    init(_ first: Image, _ second: Image) {
      (self.first, self.second) = (first.values, second.values)
      rowLength = first.shape.columns
      planeLength = rowLength
      dimensions = 2
    }
  }

  /// The results of the voxels, in the order of the voxels.
  struct Solution {
    /// Lithiated, delithiated, composition, its error, polar angle, label.
    var arrays: [[Float]]
    var minimumIron: Double
    var noise: OpticalDensityNoise
    var stateOfCharge: StateOfCharge?
  }

  func solution(
    _ pair: Pair,
    length: Double,
    noise given: OpticalDensityNoise?,
    sharing work: any WorkSharing
  ) -> Solution {
    precondition(length > 0, "a voxel has a size")
    let isNonNegative = parameters.isNonNegative
    let minimumIron = minimumIron(pair.first, pair.second, sharing: work)
    let plain = VoxelKernel(parameters: parameters, length: length, minimumIron: minimumIron)
    let noise =
      given
      ?? OpticalDensityNoise(
        of: pair.first.span,
        and: pair.second.span,
        rowLength: pair.rowLength
      ) { plain.hasIron(pair.first[$0], pair.second[$0], isNonNegative: isNonNegative) }
    let kernel = VoxelKernel(
      parameters: parameters,
      length: length,
      minimumIron: minimumIron,
      noise: noise
    )
    let arrays =
      pair.first.isEmpty
      ? [[Float]](repeating: [], count: 6)
      : writtenArrays(6, count: pair.first.count) { targets in
        let count = pair.first.count
        let parts = min(count, 64)
        work.perform(parts) { number in
          let range = number * count / parts..<(number + 1) * count / parts
          kernel.fill(targets, range, pair, isNonNegative: isNonNegative)
        }
      }
    let sums = SurroundedIron.sums(pair, kernel, isNonNegative: isNonNegative, sharing: work)
    return Solution(
      arrays: arrays,
      minimumIron: minimumIron,
      noise: noise,
      stateOfCharge: sums.flatMap { sums in
        stateOfCharge(
          of: sums.sum,
          atOtherLevels: [sums.low, sums.high],
          noise: noise,
          dimensions: pair.dimensions,
          matrix: parameters.matrix
        )
      }
    )
  }
}

extension VoxelKernel {
  /// Solves a range of voxels in pieces that stay in the cache.
  fileprivate func fill(
    _ targets: [SharedFloats],
    _ range: Range<Int>,
    _ pair: TwoEnergyInversion.Pair,
    isNonNegative: Bool
  ) {
    var start = range.lowerBound
    while start < range.upperBound {
      let piece = start..<min(start + 8192, range.upperBound)
      let (first, second) = (
        pair.first.span.extracting(piece), pair.second.span.extracting(piece)
      )
      targets[0].write(piece) { lithiated in
        targets[1].write(piece) { delithiated in
          concentrations(
            first,
            second,
            isNonNegative: isNonNegative,
            lithiated: &lithiated,
            delithiated: &delithiated
          )
          targets[2].write(piece) { composition in
            targets[3].write(piece) { error in
              targets[4].write(piece) { angle in
                targets[5].write(piece) { label in
                  phases(
                    first,
                    second,
                    lithiated.span,
                    delithiated.span,
                    composition: &composition,
                    compositionError: &error,
                    polarAngle: &angle,
                    phaseLabel: &label
                  )
                }
              }
            }
          }
        }
      }
      start = piece.upperBound
    }
  }
}
