// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging

extension SpectraResult {
  /// Compares the absorption below the edge with that of the peaks, and the two-energy map with and without
  /// it: figure S8.
  ///
  /// Both go by the images as they were measured, whether the fit subtracts the pre-edge or not.
  ///
  /// - Parameters:
  ///   - places: The places of the peaks' energies.
  ///   - configuration: The chemistry.
  /// - Throws: `PipelineError` where the references do not tell the phases apart.
  mutating func studyPreEdge(
    _ places: [Int],
    _ configuration: PipelineConfiguration
  ) throws(PipelineError) {
    let edge = places.map { stack.energies[$0].electronVolts }.min() ?? 0
    let below = stack.energies.indices.filter { place in
      options.preEdgeStudy?.contains(stack.energies[place])
        ?? (stack.energies[place].electronVolts < edge - 2)
    }
    guard !below.isEmpty else { return }
    let (first, second) = (stack.opticalDensity[places[0]], stack.opticalDensity[places[1]])
    let base = stack.mean(of: below)
    preEdge = PreEdgeStudy(
      first: first,
      second: second,
      preEdge: base,
      minimumIron: options.minimumIron
    )
    guard let phases = fit.phases, pair.count == 2 else { return }
    let (matrix, absorption) = try explaining { () throws(SpectraError) in
      let rows = try fit.references.absorption(
        at: below.map { stack.energies[$0] },
        by: options.fit.interpolation
      )
      let means = rows.map { $0.reduce(0, +) / Double(below.count) }
      return (
        try self.matrix(at: pair, phases),
        PhaseAbsorption(
          lithiated: means[phases.lithiated],
          delithiated: means[phases.delithiated]
        )
      )
    }
    let inversion = try self.inversion(by: matrix, at: pair, configuration.chemistry) {
      $0.preEdgeAbsorption = absorption
      // Free in both: a bound is no effect of the pre-edge.
      $0.isNonNegative = false
    }
    preEdgeEffect = MapComparison(
      of: inversion.solve(first: first, second: second, preEdge: base).composition.values,
      with: inversion.solve(first: first, second: second).composition.values,
      where: hasIron
    )
  }
}
