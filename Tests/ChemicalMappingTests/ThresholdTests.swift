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
    let estimate = estimatedNoise(of: values.span, rowLength: 50) { _ in true }
    #expect(abs(estimate - 0.01) < 0.001)
    let ofNothing = estimatedNoise(of: values.span, rowLength: 50) { _ in false }
    #expect(ofNothing == 0)
  }
}
