// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

extension IncrementalReconstruction {
  /// Runs so many iterations over the frames that are there; without frames nothing happens.
  public mutating func iterate(_ count: Int) {
    guard !frames.isEmpty else { return }
    for _ in 0..<count { step() }
  }

  private mutating func step() {
    updateBackgroundIfDue()
    let refinesProbe = probeIsDue
    sums.clear(coverage: coverageIsStale)
    let sweep = FrameSweep(
      plan: plan,
      objectColumns: grid.objectShape.columns,
      beta: Float(parameters.beta),
      sumsCoverage: coverageIsStale,
      refinesProbe: refinesProbe
    )
    for k in frames.indices {
      sweep.run(
        frames[k],
        wave: &waves[k],
        probe: illumination.copies[frames[k].slot],
        object: object.values,
        overlap: overlap,
        sums: &sums,
        scratch: &scratch
      )
    }
    coverageIsStale = false
    finishObject()
    if refinesProbe { finishProbe() }
    iteration += 1
    if hasEnoughFrames { settledIterations += 1 }
  }

  private var probeIsDue: Bool {
    parameters.probeUpdatePeriod > 0 && hasEnoughFrames
      && settledIterations >= parameters.probeUpdateStart
      && (settledIterations - parameters.probeUpdateStart)
        .isMultiple(of: parameters.probeUpdatePeriod)
  }

  /// O = Σ P* D / Σ|P|² where lit and 1 elsewhere, O_ψ likewise, and the overlap error.
  private mutating func finishObject() {
    let threshold = litThreshold
    let beta = Float(parameters.beta)
    var explained = 0.0
    for i in object.values.indices {
      let coverage = sums.coverage[i]
      guard coverage > threshold else {
        // Unlit: the object is 1 in both overlap projections alike.
        object.values[i] = .one
        overlap.fromData[i] = Complex64(2 * beta)
        overlap.fromWave[i] = Complex64(beta)
        continue
      }
      let data = sums.objectFromData[i]
      let value = (1 / coverage) * data
      overlap.fromData[i] = 2 * beta * value
      overlap.fromWave[i] = (beta / coverage) * sums.objectFromWave[i]
      object.values[i] = value
      explained += Double(data.squaredModulus / coverage)
    }
    overlap.probes = illumination.copies
    guard sums.dataNorm > 0 else { return }
    // P_Q is an orthogonal projection: |D − P_Q D|² = |D|² − |P_Q D|².
    overlapError = (max(0, sums.dataNorm - explained) / sums.dataNorm).squareRoot()
  }

  /// P ← P + Σ O* (D − P O) / Σ|O|², then the power that the frames tell.
  private mutating func finishProbe() {
    let residual = illumination.movedBack(sums.probeResidual, plan: plan)
    let floor = 1e-4 * (sums.probeWeight.max() ?? 0) + .leastNormalMagnitude
    var probe = illumination.probe
    for i in probe.values.indices {
      probe.values[i] += (1 / (sums.probeWeight[i] + floor)) * residual.values[i]
    }
    let power = squaredNorm(probe.values.span)
    let wanted = incidentPhotons
    if power > 0, wanted > 0 {
      let factor = Float((wanted / power).squareRoot())
      for i in probe.values.indices { probe.values[i] = factor * probe.values[i] }
      divideObject(by: factor)
    }
    illumination.replace(by: probe, plan: plan)
    coverageIsStale = true
  }
}
