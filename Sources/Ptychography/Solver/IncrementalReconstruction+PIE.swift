// SPDX-License-Identifier: BSD-3-Clause

import Imaging

extension IncrementalReconstruction {
  /// Times that the probe is refined in one pass over all frames.
  ///
  /// Chosen by trial: each refinement costs transforms of the probe's copies.
  private static let probeUpdates = 12

  /// One pass of ePIE: frames in random order, each correcting the object at once.
  ///
  /// The probe is corrected twelve times in each pass, from all frames since the last correction,
  /// because its sub-pixel copies cost transforms; a departure from the original, which corrects it
  /// with every frame.
  mutating func stepByFrame() {
    refreshCoverage()
    let refinesProbe = probeIsDue
    var order = Array(groups[0].frames.indices)
    var generator = SeededGenerator(seed: UInt64(iteration))
    for k in order.indices.reversed() where k > 0 {
      order.swapAt(k, Int(generator.uniform() * Double(k + 1)))
    }
    let wanted = ScanSums.Wanted(waves: false, coverage: false, probe: refinesProbe)
    let length =
      refinesProbe
      ? max(1, (order.count + Self.probeUpdates - 1) / Self.probeUpdates)
      : order.count
    var first = 0
    while first < order.count {
      let end = min(first + length, order.count)
      correctObject(by: order[first..<end], wanted)
      if refinesProbe {
        rememberCopies()
        finishProbe()
      }
      first = end
    }
  }

  /// Has frames correct the object one after the other, and gathers what they say of the probe.
  private mutating func correctObject(by frames: ArraySlice<Int>, _ wanted: ScanSums.Wanted) {
    groups[0].sums.clear(wanted)
    let sweep = sweep(wanted)
    let regularization = Float(parameters.pieRegularization)
    let step = FrameSweep.ObjectStep(
      c: 1 - regularization,
      floor: regularization * brightestIntensity
    )
    for k in frames { groups[0].correct(&object.values, by: k, step, sweep) }
    if wanted.probe { groups[0].gatherProbe(sweep) }
  }

  /// max Σ|P|² over modes, the brightest pixel of the probe.
  private var brightestIntensity: Float {
    let modes = illumination.modes
    return modes[0].values.indices.reduce(.leastNormalMagnitude) { brightest, i in
      max(brightest, modes.reduce(0) { $0 + $1.values[i].squaredModulus })
    }
  }
}
