// SPDX-License-Identifier: BSD-3-Clause

import LivePipeline
import Testing

/// What the bare transforms are measured with.
@Suite struct PtychographyLoadTests {
  @Test(arguments: [(128, 64), (256, 32), (1024, 2), (4096, 1)])
  func aMeasurementOfTransformsHoldsNoRunUp(side: Int, images: Int) {
    #expect(PtychographyLoad.measuredImages(pixels: side * side) == images)
  }
}
