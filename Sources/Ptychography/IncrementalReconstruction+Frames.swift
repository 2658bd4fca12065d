// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import FourierTransform
import Imaging

extension IncrementalReconstruction {
  /// Adds a frame; one that cannot take part is counted in `rejections`.
  ///
  /// - Parameter pattern: Amplitudes with their place; negative or non-finite ones stay free.
  /// - Returns: Whether the frame takes part.
  @discardableResult
  public mutating func add(_ pattern: DiffractionPattern) -> Bool {
    guard pattern.amplitudes.shape == grid.patternShape else {
      rejections.wrongShape += 1
      return false
    }
    guard
      let placement = grid.placement(of: pattern.position, steps: parameters.subpixelSteps)
    else {
      rejections.outOfRange += 1
      return false
    }
    guard indices.insert(pattern.index).inserted else {
      rejections.duplicates += 1
      return false
    }
    let slot = illumination.slot(of: placement)
    var frame = ScanFrame(pattern, placement: placement, slot: slot)
    background?.subtract(from: &frame)
    if frames.isEmpty { scaleProbe(toPower: frame.photons) }
    illumination.require(slot, plan: plan)
    // Whatever stands here, the new wave's R makes up for it.
    if overlap.probes[slot].isEmpty { overlap.probes[slot] = illumination.copies[slot] }
    if sums.probeResidual[slot].isEmpty {
      sums.probeResidual[slot] = [Complex64](repeating: .zero, count: grid.patternShape.count)
    }
    waves.append(initialWave(of: frame))
    frames.append(frame)
    coverageIsStale = true
    return true
  }

  /// R of a wave that starts at ψ = P O.
  private func initialWave(of frame: ScanFrame) -> [Complex64] {
    let columns = grid.patternShape.columns
    let probe = illumination.copies[frame.slot]
    let previousProbe = overlap.probes[frame.slot]
    var wave: [Complex64] = []
    wave.reserveCapacity(probe.count)
    for row in 0..<grid.patternShape.rows {
      let place =
        (frame.placement.row + row) * grid.objectShape.columns + frame.placement.column
      for column in 0..<columns {
        let i = row * columns + column
        let rest = object.values[place + column] - overlap.fromData[place + column]
        wave.append(probe[i] * rest + previousProbe[i] * overlap.fromWave[place + column])
      }
    }
    return wave
  }

  /// Sets Σ|P|² and divides the object accordingly; waves stay what they are.
  mutating func scaleProbe(toPower power: Double) {
    var probe = illumination.probe
    let present = squaredNorm(probe.values.span)
    guard power > 0, present > 0 else { return }
    let factor = Float((power / present).squareRoot())
    for i in probe.values.indices { probe.values[i] = factor * probe.values[i] }
    illumination.replace(by: probe, plan: plan)
    divideObject(by: factor)
  }

  /// Divides what the probe multiplies by a factor; the object stays 1 where it is unlit.
  mutating func divideObject(by factor: Float) {
    let inverse = 1 / factor
    let threshold = litThreshold
    for i in object.values.indices {
      overlap.fromData[i] = inverse * overlap.fromData[i]
      let isLit = sums.coverage[i] > threshold
      object.values[i] = (isLit ? inverse : 1) * object.values[i]
    }
    for i in sums.coverage.indices { sums.coverage[i] *= factor * factor }
  }

  /// Coverage above which an object pixel counts as lit, photons.
  var litThreshold: Float {
    Float(parameters.litFraction) * (sums.coverage.max() ?? 0)
  }

  /// Photons of an exposure without sample: as configured, else the mean of the brightest tenth.
  var incidentPhotons: Double {
    if let photons = parameters.incidentPhotons { return photons }
    let brightest = frames.map(\.photons).sorted(by: >).prefix((frames.count + 9) / 10)
    return brightest.isEmpty ? 0 : brightest.reduce(0, +) / Double(brightest.count)
  }
}
