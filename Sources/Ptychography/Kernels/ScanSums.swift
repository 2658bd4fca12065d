// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The sums over frames of one iteration: the only values that frames share.
///
/// Several workers may each fill one and join them with `add`, which is the single reduction
/// point of the solver.
struct ScanSums: Sendable {
  /// Σ P* D on the object's grid, D the data-projected wave.
  var objectFromData: [Complex64]
  /// Σ P* ψ on the object's grid.
  var objectFromWave: [Complex64]
  /// Σ |P|² on the object's grid.
  var coverage: [Float]
  /// Σ O* (D − P O) on the probe's grid, for each sub-pixel slot; empty where no frame uses it.
  var probeResidual: [[Complex64]]
  /// Σ |O|² on the probe's grid.
  var probeWeight: [Float]
  /// Σ |D|², photons.
  var dataNorm = 0.0

  init(grid: ScanGrid, slots: Int) {
    let object = grid.objectShape.count
    objectFromData = [Complex64](repeating: .zero, count: object)
    objectFromWave = objectFromData
    coverage = [Float](repeating: 0, count: object)
    probeResidual = [[Complex64]](repeating: [], count: slots)
    probeWeight = [Float](repeating: 0, count: grid.patternShape.count)
  }

  /// Sets every sum to zero; the coverage only where it has to be summed anew.
  mutating func clear(coverage clearsCoverage: Bool) {
    fill(&objectFromData, with: .zero)
    fill(&objectFromWave, with: .zero)
    if clearsCoverage { fill(&coverage, with: 0) }
    for slot in probeResidual.indices { fill(&probeResidual[slot], with: .zero) }
    fill(&probeWeight, with: 0)
    dataNorm = 0
  }

  /// Joins the sums of another worker.
  mutating func add(_ other: ScanSums) {
    add(other.objectFromData, to: &objectFromData)
    add(other.objectFromWave, to: &objectFromWave)
    for i in coverage.indices { coverage[i] += other.coverage[i] }
    for slot in probeResidual.indices where !other.probeResidual[slot].isEmpty {
      if probeResidual[slot].isEmpty {
        probeResidual[slot] = other.probeResidual[slot]
      } else {
        add(other.probeResidual[slot], to: &probeResidual[slot])
      }
    }
    for i in probeWeight.indices { probeWeight[i] += other.probeWeight[i] }
    dataNorm += other.dataNorm
  }

  private func add(_ x: [Complex64], to y: inout [Complex64]) {
    for i in y.indices { y[i] += x[i] }
  }

  private func fill<Value: BitwiseCopyable>(_ array: inout [Value], with value: Value) {
    var span = array.mutableSpan
    span.update(repeating: value)
  }
}
