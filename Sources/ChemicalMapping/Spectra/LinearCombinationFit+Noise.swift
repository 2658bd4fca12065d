// SPDX-License-Identifier: BSD-3-Clause

extension LinearCombinationFit {
  /// The standard error that noise of the data gives the composition of a spectrum, to first order.
  ///
  /// `SpectrumFit.compositionError` goes by what one spectrum scatters about its fit, which a few degrees of
  /// freedom hardly know, and none not at all. This goes by noise that is known otherwise.
  ///
  /// - Parameters:
  ///   - fit: A fit of this kind.
  ///   - deviations: The standard deviation of its data at each energy, independent of one another,
  ///     [energy].
  /// - Returns: The standard error; NaN without two phases, or where a deviation is not known.
  public func compositionError(of fit: SpectrumFit, deviations: [Double]) -> Double {
    precondition(deviations.count == energies.count, "there is another number of energies")
    guard let phases, fit.composition.isFinite else { return .nan }
    let n = columns.count
    let (l, d) = (fit.coefficients[phases.lithiated], fit.coefficients[phases.delithiated])
    let covariance = system.covariance
    // d l/(l + d) = (d dl − l dd) / (l + d)², with the amounts (AᵀA)⁻¹ Aᵀ data.
    let weights = (0..<n).map { term in
      (d * covariance[phases.lithiated * n + term] - l * covariance[phases.delithiated * n + term])
        / ((l + d) * (l + d))
    }
    var slopes = energies.indices.map { energy in
      (0..<n).reduce(0.0) { $0 + weights[$1] * columns[$1][energy] }
    }
    // The mean of the pre-edge is taken from every energy.
    let sum = slopes.reduce(0, +)
    for energy in preEdge { slopes[energy] -= sum / Double(preEdge.count) }
    return zip(slopes, deviations).reduce(0.0) { $0 + $1.0 * $1.0 * $1.1 * $1.1 }.squareRoot()
  }
}
