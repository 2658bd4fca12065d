// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The sums over frames of one iteration: the only values that frames share.
///
/// Each group of frames fills one; `add` joins them, the single reduction point of the solver.
struct ScanSums: Sendable {
  /// Which sums an iteration takes.
  struct Wanted: Sendable {
    /// Σ P* ψ beside Σ P* D.
    var waves = false
    /// Σ|P|².
    var coverage = false
    /// What refines the probe.
    var probe = false
  }

  /// Σ P* D on the object's grid, D the data-projected wave.
  var objectFromData: [Complex64]
  /// Σ P* ψ on the object's grid.
  var objectFromWave: [Complex64]
  /// Σ |P|² on the object's grid.
  var coverage: [Float]
  /// Σ O* (D − P O) on the probe's grid, for each sub-pixel slot, [mode, row, column]; empty where
  /// no frame uses it.
  var probeResidual: [[Complex64]]
  /// Σ |O|² on the probe's grid.
  var probeWeight: [Float]
  /// Σ |D|² over pixels, photons.
  var dataNorm = 0.0

  init(grid: ScanGrid, slots: Int) {
    let object = grid.objectShape.count
    objectFromData = [Complex64](repeating: .zero, count: object)
    objectFromWave = objectFromData
    coverage = [Float](repeating: 0, count: object)
    probeResidual = [[Complex64]](repeating: [], count: slots)
    probeWeight = [Float](repeating: 0, count: grid.patternShape.count)
  }

  /// Sees to it that a slot has room for its residual.
  mutating func require(_ slot: Int, count: Int) {
    if probeResidual[slot].isEmpty {
      probeResidual[slot] = [Complex64](repeating: .zero, count: count)
    }
  }

  /// Sets those sums to zero that are to be taken anew.
  mutating func clear(_ wanted: Wanted) {
    fill(&objectFromData, with: .zero)
    if wanted.waves { fill(&objectFromWave, with: .zero) }
    if wanted.coverage { fill(&coverage, with: 0) }
    if wanted.probe {
      for slot in probeResidual.indices { fill(&probeResidual[slot], with: .zero) }
      fill(&probeWeight, with: 0)
    }
    dataNorm = 0
  }

  /// Joins the sums of another group.
  mutating func add(_ other: ScanSums, _ wanted: Wanted) {
    add(other.objectFromData, to: &objectFromData)
    if wanted.waves { add(other.objectFromWave, to: &objectFromWave) }
    if wanted.coverage { add(other.coverage, to: &coverage) }
    if wanted.probe {
      for slot in probeResidual.indices where !other.probeResidual[slot].isEmpty {
        if probeResidual[slot].isEmpty {
          probeResidual[slot] = other.probeResidual[slot]
        } else {
          add(other.probeResidual[slot], to: &probeResidual[slot])
        }
      }
      add(other.probeWeight, to: &probeWeight)
    }
    dataNorm += other.dataNorm
  }

  private func add(_ x: [Complex64], to y: inout [Complex64]) {
    let source = x.span
    var target = y.mutableSpan
    precondition(source.count == target.count, "sums differ")
    for i in target.indices { target[i] += source[i] }
  }

  private func add(_ x: [Float], to y: inout [Float]) {
    let source = x.span
    var target = y.mutableSpan
    precondition(source.count == target.count, "sums differ")
    for i in target.indices { target[i] += source[i] }
  }

  private func fill<Value: BitwiseCopyable>(_ array: inout [Value], with value: Value) {
    var span = array.mutableSpan
    span.update(repeating: value)
  }
}
