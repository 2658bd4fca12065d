// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Testing

@Suite struct OtsuThresholdTests {
  @Test func otsuAgreesWithScikitImage() {
    // skimage.filters.threshold_otsu(v, nbins=256) of the same 400 numbers.
    let values = (0..<400).map { i in
      let ground = 0.005 * (sine(12.9898 * Double(i)) + 1)
      return Float(ground + (i % 5 == 0 ? 0.05 * (1 + 0.2 * sine(78.233 * Double(i))) : 0))
    }
    let level = otsuThreshold(of: values) ?? .nan
    #expect(abs(level - 0.009876126) < 1e-6)
    let holed = values + [.nan]
    let levelOfHoled = otsuThreshold(of: holed)
    #expect(levelOfHoled == level)
  }
}
