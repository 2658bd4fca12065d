// SPDX-License-Identifier: BSD-3-Clause

import ResolutionMetrics
import Testing

@Suite struct CrowtherLimitTests {
  /// Half a micrometre, 158 tilts, "10 nm" in the paper of 2018.
  @Test func thePapersSampleIsLimitedToTenNanometres() {
    #expect(abs(crowtherLimit(diameter: 500, tilts: 158) - 9.94) < 0.005)
  }
}
