// SPDX-License-Identifier: BSD-3-Clause

import ChemicalMapping
import Imaging
import TestSupport
import Testing

@Suite struct ThresholdTests {
  @Test func noiseIsFoundUnderASlopeAndAnEdge() {
    let noise = Phantoms.noise(count: 10_000, seed: 9)
    let values = noise.indices.map { i in
      0.01 * noise[i] + 0.002 * Float(i % 50) + (i % 50 > 25 ? 1 : 0)
    }
    let estimate = NoiseEstimate(of: values.span, rowLength: 50) { _ in true }
    // The edge lies in a seventh of the steps of three voxels: it errs on the safe side.
    #expect((0.0095...0.0125).contains(estimate.deviation))
    let ofNothing = NoiseEstimate(of: values.span, rowLength: 50) { _ in false }
    #expect(ofNothing.deviation.isNaN && ofNothing.correlationLength == 0)
  }
}
