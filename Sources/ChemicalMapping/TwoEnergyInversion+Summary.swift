// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

extension TwoEnergyInversion {
  /// What `solve` says of the whole, from three passes over the volumes and in hardly any further memory.
  ///
  /// - Parameters:
  ///   - first: Optical density per voxel at the first energy, [x, z, y], dimensionless.
  ///   - second: The same at the second energy.
  ///   - bins: The bins of the histogram.
  ///   - noise: The noise of a voxel, from which the errors follow; estimated where nil.
  ///   - work: Threads that share the voxels; their number does not change the result.
  /// - Returns: The level of empty voxels, the state of charge and the histogram.
  public func summary(
    first: Volume,
    second: Volume,
    bins: Int = 180,
    noise: OpticalDensityNoise? = nil,
    sharing work: any WorkSharing = SerialWork()
  ) -> ChemicalSummary {
    precondition(first.hasShape(of: second), "the two energies' volumes differ in extent")
    precondition(bins > 0, "a histogram needs bins")
    let minimumIron = minimumIron(first.values, second.values, sharing: work)
    // Whether there is iron in a voxel, and its angle, do not depend on the length.
    let kernel = VoxelKernel(parameters: parameters, length: 1, minimumIron: minimumIron)
    let isNonNegative = parameters.isNonNegative
    let (a, b) = (first.values, second.values)
    let angles = sharedSum(over: a.count, sharing: work) { range in
      IronAngles(a.span, b.span, range, kernel, isNonNegative: isNonNegative, bins: bins)
    } join: {
      $0.add($1)
    }
    let sums = SurroundedIron.sums(
      Pair(first, second),
      kernel,
      isNonNegative: isNonNegative,
      sharing: work
    )
    let noise =
      noise
      ?? OpticalDensityNoise(of: a.span, and: b.span, rowLength: first.sizeY) { place in
        kernel.hasIron(a[place], b[place], isNonNegative: isNonNegative)
      }
    return ChemicalSummary(
      minimumIron: minimumIron,
      noise: noise,
      stateOfCharge: sums.flatMap { sums in
        stateOfCharge(
          of: sums.sum,
          atOtherLevels: [sums.low, sums.high],
          noise: noise,
          matrix: parameters.matrix
        )
      },
      histogram: PolarHistogram(
        weights: angles?.weights ?? [Double](repeating: 0, count: bins),
        outside: angles?.outside ?? 0
      ),
      relation: polarComposition
    )
  }

  /// Solves every voxel of a pair of slices, as `solve` does those of the volumes.
  ///
  /// - Parameters:
  ///   - first: Optical density per voxel at the first energy, [row, column], dimensionless.
  ///   - second: The same at the second energy.
  ///   - voxelSize: The size of a voxel.
  ///   - minimumIron: The mean optical density below which a voxel counts as empty.
  ///   - noise: The noise of a voxel, from which the errors follow; estimated where nil.
  /// - Returns: Concentrations as fractions of solid material, composition, angle and label.
  public func solve(
    firstSlice first: Image,
    secondSlice second: Image,
    voxelSize: Length,
    minimumIron: Double,
    noise: OpticalDensityNoise? = nil
  ) -> ChemicalImages {
    var given = parameters
    given.minimumIron = minimumIron
    return Self(checked: given).images(first, second, length: voxelSize.micrometers, noise: noise)
  }

  /// The level below which a voxel is empty: as given, else by Otsu's criterion.
  ///
  /// Where all voxels are alike, nothing can be told apart: then every voxel is empty.
  func minimumIron(
    _ first: [Float],
    _ second: [Float],
    sharing work: any WorkSharing
  ) -> Double {
    parameters.minimumIron ?? otsuThreshold(ofMeanOf: first, and: second, sharing: work)
      ?? .infinity
  }
}

/// The polar angles of the voxels of a range that hold iron.
private struct IronAngles: Sendable {
  var weights: [Double]
  var outside = 0.0

  init(
    _ first: Span<Float>,
    _ second: Span<Float>,
    _ range: Range<Int>,
    _ kernel: VoxelKernel,
    isNonNegative: Bool,
    bins: Int
  ) {
    weights = [Double](repeating: 0, count: bins)
    let binsPerDegree = Float(bins) / 90
    var outside = 0.0
    var heights = weights.mutableSpan
    for i in range {
      let (x, y) = (first[i], second[i])
      guard kernel.hasIron(x, y, isNonNegative: isNonNegative) else { continue }
      let angle = polarDegrees(y, x)
      let weight = 0.5 * Double(x + y)
      if angle >= 0, angle < 90 {
        heights[min(Int(angle * binsPerDegree), bins - 1)] += weight
      } else {
        outside += weight
      }
    }
    self.outside = outside
  }

  mutating func add(_ other: IronAngles) {
    outside += other.outside
    for bin in weights.indices { weights[bin] += other.weights[bin] }
  }
}
