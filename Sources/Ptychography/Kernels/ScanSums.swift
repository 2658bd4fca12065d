// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
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
  var objectFromData: AlignedArray<Complex64>
  /// Σ P* ψ on the object's grid.
  var objectFromWave: AlignedArray<Complex64>
  /// Σ |P|² on the object's grid.
  var coverage: [Float]
  /// Σ O* D on the probe's grid for each sub-pixel slot, [mode, row, column].
  ///
  /// For the difference map Σ O* ψ. Empty where no frame uses the slot; `gatherProbe` writes it over.
  var probe: [AlignedArray<Complex64>]
  /// Σ |O|² on the probe's grid, likewise.
  var probeWeight: [AlignedArray<Float>]
  /// Σ O* (D − P O) on the probe's grid, of each mode, [row, column], once `probe` is gathered.
  var probeResidual: [ComplexImage] = []
  /// Σ |O|² on the probe's grid, [row, column], likewise.
  var probeDenominator: [Float] = []
  /// Σ |D|² over pixels, photons.
  var dataNorm = 0.0

  init(grid: ScanGrid, slots: Int) {
    let object = grid.objectShape.count
    objectFromData = AlignedArray(repeating: .zero, count: object)
    objectFromWave = objectFromData
    coverage = [Float](repeating: 0, count: object)
    probe = [AlignedArray](repeating: AlignedArray(), count: slots)
    probeWeight = [AlignedArray](repeating: AlignedArray(), count: slots)
  }

  /// Sees to it that a slot has room for what refines the probe.
  mutating func require(_ slot: Int, modes: Int, pixels: Int) {
    guard probe[slot].isEmpty else { return }
    probe[slot] = AlignedArray(
      repeating: .zero,
      count: modes * pixels,
      pageOffset: PagePlace.probeSums
    )
    probeWeight[slot] = AlignedArray(repeating: 0, count: pixels)
  }

  /// Sets those sums to zero that are to be taken anew.
  mutating func clear(_ wanted: Wanted) {
    fill(objectFromData.mutableSpan, with: .zero)
    if wanted.waves { fill(objectFromWave.mutableSpan, with: .zero) }
    if wanted.coverage { fill(coverage.mutableSpan, with: 0) }
    if wanted.probe {
      for slot in probe.indices where !probe[slot].isEmpty {
        fill(probe[slot].mutableSpan, with: .zero)
        fill(probeWeight[slot].mutableSpan, with: 0)
      }
    }
    dataNorm = 0
  }

  /// Gathers what the frames at all slots say of the probe: takes P Σ|O|² off each slot's sum, moves
  /// what is left back and adds it up.
  ///
  /// The denominators are added as they are. They change by little within a pixel, and only how fast
  /// the probe is found depends on them, not which.
  ///
  /// - Parameters:
  ///   - copies: The probe's copies, by slot, that the sums were taken with.
  ///   - modes: Their modes.
  ///   - shifts: What moved them.
  ///   - room: For what is between.
  mutating func gatherProbe(
    _ copies: [AlignedArray<Complex64>],
    modes: Int,
    _ shifts: SubpixelShifts,
    _ room: inout SubpixelShifts.Room
  ) {
    let pixels = shifts.transform.shape.count
    probeDenominator = [Float](repeating: 0, count: pixels)
    for slot in probe.indices where !probe[slot].isEmpty {
      let (weight, copy) = (probeWeight[slot], copies[slot])
      for mode in 0..<modes {
        let place = mode * pixels..<(mode + 1) * pixels
        var sums = probe[slot].mutableSpan
        var residual = sums.elements(place)
        subtract(weight.span, times: copy.span.extracting(place), from: &residual)
      }
      add(weight.span, to: probeDenominator.mutableSpan)
    }
    probeResidual = []
    for mode in 0..<modes {
      probeResidual.append(shifts.gather(probe, from: mode * pixels, &room))
    }
  }

  /// Joins the sums of another group.
  mutating func add(_ other: ScanSums, _ wanted: Wanted) {
    add(other.objectFromData.span, to: objectFromData.mutableSpan)
    if wanted.waves { add(other.objectFromWave.span, to: objectFromWave.mutableSpan) }
    if wanted.coverage { add(other.coverage.span, to: coverage.mutableSpan) }
    if wanted.probe {
      for mode in probeResidual.indices {
        let residual = other.probeResidual[mode].values
        add(residual.span, to: probeResidual[mode].values.mutableSpan)
      }
      add(other.probeDenominator.span, to: probeDenominator.mutableSpan)
    }
    dataNorm += other.dataNorm
  }

  private func add(_ source: Span<Complex64>, to target: consuming MutableSpan<Complex64>) {
    precondition(source.count == target.count, "sums differ")
    for i in target.indices { target[i] += source[i] }
  }

  private func add(_ source: Span<Float>, to target: consuming MutableSpan<Float>) {
    addScaled(source, by: 1, to: &target)
  }

  private func fill<Value>(_ target: consuming MutableSpan<Value>, with value: Value) {
    target.update(repeating: value)
  }
}
