// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// What one frame does in one iteration, from end to end while it is in cache.
///
/// With D = P_M ψ, RAAR (Luke, Inverse Problems 21, 2005, doi 10.1088/0266-5611/21/1/004) is
///
///     ψ⁺ = 2β P_Q D + (1 − 2β) D + β (ψ − P_Q ψ).
///
/// The overlap projections are known when all frames are through; the rest,
/// R = (1 − 2β) D + β ψ, stays with the frame. The sweep therefore begins with
/// ψ = 2β P O_D − β P′ O_ψ + R and ends with R: one pair of transforms and one pass over the
/// frame's memory for each iteration. P′ is the probe that O_ψ was taken with. It must not be the
/// refined one: P O_ψ is no projection of ψ, and what it is off by stays in ψ and grows.
struct FrameSweep {
  let plan: FourierPlan2D
  let objectColumns: Int
  let beta: Float
  let sumsCoverage: Bool
  let refinesProbe: Bool

  /// Runs one frame through an iteration.
  ///
  /// - Parameters:
  ///   - frame: Its place and amplitudes.
  ///   - wave: R before and after, [row, column].
  ///   - probe: The copy of the probe that belongs to it, [row, column].
  ///   - object: The object of the last iteration, whole.
  ///   - overlap: The overlap projections of the last iteration.
  ///   - sums: The sums over frames, to which the frame is added.
  ///   - scratch: Room for one wave.
  func run(
    _ frame: ScanFrame,
    wave: inout [Complex64],
    probe: [Complex64],
    object: [Complex64],
    overlap: OverlapProjections,
    sums: inout ScanSums,
    scratch: inout [Complex64]
  ) {
    let placement = frame.placement
    let probe = probe.span
    var wave = wave.mutableSpan
    var scratch = scratch.mutableSpan
    complete(frame, &wave, probe, overlap, &scratch)
    plan.forward(&scratch)
    projectOntoModuli(&scratch, frame.moduli.span, keep: 1 / Float(plan.shape.count))
    plan.inverse(&scratch)

    let projected = scratch.span
    sums.dataNorm += frame.isMasked ? squaredNorm(projected) : frame.targetPhotons
    addObject(placement, probe, projected, wave.span, &sums.objectFromData, &sums.objectFromWave)
    if sumsCoverage { addCoverage(placement, probe, &sums.coverage) }
    if refinesProbe {
      addProbe(
        placement,
        object.span,
        probe,
        projected,
        &sums.probeResidual[frame.slot],
        &sums.probeWeight
      )
    }
    keepRest(&wave, projected: projected, beta: beta)
  }

  private func complete(
    _ frame: ScanFrame,
    _ wave: inout MutableSpan<Complex64>,
    _ probe: Span<Complex64>,
    _ overlap: OverlapProjections,
    _ copy: inout MutableSpan<Complex64>
  ) {
    let data = overlap.fromData.span
    let previous = overlap.fromWave.span
    let probes = overlap.probes[frame.slot]
    let previousProbe = probes.span
    for row in 0..<plan.shape.rows {
      let pixels = self.pixels(row)
      let place = self.place(row, frame.placement)
      var waveRow = wave.elements(pixels)
      var copyRow = copy.elements(pixels)
      completeWave(
        &waveRow,
        probe: probe.extracting(pixels),
        data: data.extracting(place),
        previousProbe: previousProbe.extracting(pixels),
        previous: previous.extracting(place),
        copy: &copyRow
      )
    }
  }

  private func addObject(
    _ placement: Placement,
    _ probe: Span<Complex64>,
    _ projected: Span<Complex64>,
    _ wave: Span<Complex64>,
    _ dataSum: inout [Complex64],
    _ waveSum: inout [Complex64]
  ) {
    var dataSpan = dataSum.mutableSpan
    var waveSpan = waveSum.mutableSpan
    for row in 0..<plan.shape.rows {
      let pixels = self.pixels(row)
      let place = self.place(row, placement)
      var dataRow = dataSpan.elements(place)
      var waveRow = waveSpan.elements(place)
      addToObject(
        probe: probe.extracting(pixels),
        projected: projected.extracting(pixels),
        wave: wave.extracting(pixels),
        dataSum: &dataRow,
        waveSum: &waveRow
      )
    }
  }

  private func addCoverage(
    _ placement: Placement,
    _ probe: Span<Complex64>,
    _ coverage: inout [Float]
  ) {
    var span = coverage.mutableSpan
    for row in 0..<plan.shape.rows {
      var target = span.elements(place(row, placement))
      addIntensity(of: probe.extracting(pixels(row)), to: &target)
    }
  }

  private func addProbe(
    _ placement: Placement,
    _ object: Span<Complex64>,
    _ probe: Span<Complex64>,
    _ projected: Span<Complex64>,
    _ residual: inout [Complex64],
    _ weight: inout [Float]
  ) {
    var residualSpan = residual.mutableSpan
    var weightSpan = weight.mutableSpan
    for row in 0..<plan.shape.rows {
      let pixels = self.pixels(row)
      var residualRow = residualSpan.elements(pixels)
      var weightRow = weightSpan.elements(pixels)
      addToProbe(
        object: object.extracting(place(row, placement)),
        probe: probe.extracting(pixels),
        projected: projected.extracting(pixels),
        sum: &residualRow,
        intensity: &weightRow
      )
    }
  }

  /// The elements of one row in the frame.
  private func pixels(_ row: Int) -> Range<Int> {
    row * plan.shape.columns..<(row + 1) * plan.shape.columns
  }

  /// The elements of one row of the frame on the object.
  private func place(_ row: Int, _ placement: Placement) -> Range<Int> {
    let first = (placement.row + row) * objectColumns + placement.column
    return first..<first + plan.shape.columns
  }

  /// Writes the unscaled transform of probe times object, the exit wave of one frame.
  static func transformModel(
    _ probe: [Complex64],
    _ object: ComplexImage,
    at placement: Placement,
    plan: FourierPlan2D,
    into wave: inout [Complex64]
  ) {
    let shape = plan.shape
    let probe = probe.span
    let values = object.values.span
    var span = wave.mutableSpan
    for row in 0..<shape.rows {
      let pixels = row * shape.columns..<(row + 1) * shape.columns
      let first = (placement.row + row) * object.shape.columns + placement.column
      var target = span.elements(pixels)
      multiply(
        probe.extracting(pixels),
        values.extracting(first..<first + shape.columns),
        into: &target
      )
    }
    plan.forward(&span)
  }
}
