// SPDX-License-Identifier: BSD-3-Clause

import ResolutionMetrics
import Testing

@Suite struct CrowtherLimitTests {
  /// Yu et al. (2018): half a micrometre, 158 tilts, "10 nm".
  @Test func thePapersSampleIsLimitedToTenNanometres() {
    #expect(abs(crowtherLimit(diameter: 500, tilts: 158) - 9.94) < 0.005)
  }
}
