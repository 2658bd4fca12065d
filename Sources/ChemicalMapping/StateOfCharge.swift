// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// How much of the iron is charged: Σ C_FP / Σ (C_LFP + C_FP) over all voxels that hold iron.
///
/// The inversion is linear, so it is applied to the summed optical densities: noise averages out,
/// where a sum of non-negative concentrations would be drawn towards one half.
public struct StateOfCharge: Sendable, Hashable {
  /// The share of FePO₄, 0 to 1.
  public var fraction: Double
  /// The standard uncertainty of `fraction` from the noise of the voxels' optical densities;
  /// what the choice of empty voxels adds is not in it.
  public var uncertainty: Double
  /// How many voxels (or pixels) it was summed over.
  public var count: Int
}

/// The state of charge of iron whose optical densities add up to given sums.
///
/// - Parameters:
///   - firstSum: Σ OD at the first energy over the voxels that hold iron.
///   - secondSum: Σ OD at the second energy over the same voxels.
///   - count: How many voxels that were.
///   - noise: The noise of one voxel at each energy.
///   - correlatedCount: How many neighbouring voxels share their noise; the sums then average
///     over fewer independent ones.
///   - matrix: The absorption of the phases.
/// - Returns: The state of charge; nil where there is no iron in the sums.
public func stateOfCharge(
  firstSum: Double,
  secondSum: Double,
  count: Int,
  noise: OpticalDensityNoise,
  correlatedCount: Double = 1,
  matrix: AbsorptionMatrix
) -> StateOfCharge? {
  let relation = PolarComposition(matrix: matrix)
  guard count > 0, let lithiated = relation.composition(first: firstSum, second: secondSum) else {
    return nil
  }
  let growth = (Double(count) * correlatedCount).squareRoot()
  let uncertainty = relation.compositionError(
    first: firstSum,
    second: secondSum,
    noise: OpticalDensityNoise(first: noise.first * growth, second: noise.second * growth)
  )
  return StateOfCharge(fraction: 1 - lithiated, uncertainty: uncertainty, count: count)
}
