// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// How much of the iron is charged: Σ C_FP / Σ (C_LFP + C_FP) over all voxels that hold iron and those within
/// two steps of them, among which the edges of particles are spread.
///
/// The inversion is linear, so it is applied to the summed optical densities: noise averages out,
/// where a sum of non-negative concentrations would be drawn towards one half.
public struct StateOfCharge: Sendable, Hashable {
  /// The share of FePO₄, 0 to 1.
  public var fraction: Double
  /// The standard uncertainty of `fraction` from the noise of the voxels' optical densities, with
  /// what neighbours share of it; nil where that noise is not known.
  public var noiseUncertainty: Double?
  /// The standard uncertainty from where the level lies below which a voxel is empty.
  public var levelUncertainty: Double
  /// How many voxels (or pixels) it was summed over.
  public var count: Int

  /// The standard uncertainty from both, without that of the phases' absorption; nil where the noise is not
  /// known.
  public var uncertainty: Double? {
    noiseUncertainty.map { ($0 * $0 + levelUncertainty * levelUncertainty).squareRoot() }
  }
}

/// The summed optical densities of voxels that hold iron or lie beside such.
public struct IronSum: Sendable, Hashable {
  /// Σ OD at the first energy.
  public var first = 0.0
  /// Σ OD at the second energy.
  public var second = 0.0
  /// How many voxels that were.
  public var count = 0

  /// Makes an empty sum.
  public init() {}

  /// Makes a sum from its parts.
  public init(first: Double, second: Double, count: Int) {
    self.first = first
    self.second = second
    self.count = count
  }

  mutating func add(_ other: IronSum) {
    first += other.first
    second += other.second
    count += other.count
  }
}

/// The state of charge of iron whose optical densities add up to given sums.
///
/// - Parameters:
///   - sum: The sums over the voxels that hold iron.
///   - atOtherLevels: The same with the level of empty voxels moved to either end of what it may be;
///     the level is taken to lie anywhere between with equal chance.
///   - noise: The noise of one voxel.
///   - dimensions: 3 for voxels, 2 for pixels.
///   - matrix: The absorption of the phases.
/// - Returns: The state of charge; nil where there is no iron in the sums.
public func stateOfCharge(
  of sum: IronSum,
  atOtherLevels: [IronSum] = [],
  noise: OpticalDensityNoise,
  dimensions: Int = 3,
  matrix: AbsorptionMatrix
) -> StateOfCharge? {
  let relation = PolarComposition(matrix: matrix)
  func charged(_ sum: IronSum) -> Double? {
    guard sum.count > 0 else { return nil }
    return relation.composition(first: sum.first, second: sum.second).map { 1 - $0 }
  }
  guard let fraction = charged(sum) else { return nil }
  let growth = (Double(sum.count) * noise.correlatedCount(dimensions: dimensions)).squareRoot()
  let fractions = [fraction] + atOtherLevels.compactMap(charged)
  let range = (fractions.max() ?? fraction) - (fractions.min() ?? fraction)
  return StateOfCharge(
    fraction: fraction,
    noiseUncertainty: !noise.isKnown
      ? nil
      : relation.compositionError(
        first: sum.first,
        second: sum.second,
        noise: OpticalDensityNoise(first: noise.first * growth, second: noise.second * growth),
        commonNoise: noise.common * growth
      ),
    levelUncertainty: range / 12.0.squareRoot(),
    count: sum.count
  )
}
