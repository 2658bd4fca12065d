// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

extension IncrementalReconstruction {
  /// Iterations with enough frames before the first correction.
  private static let pixelAreaStart = 20

  /// Corrects counts for the area of the pixels that caught them, when its turn has come.
  ///
  /// Every measured count is multiplied by the intensity that probe times object have in the pixel's
  /// middle over their mean over its area. Where nothing moves any more, the model's means are
  /// the counts. What was measured is kept and each correction begins with it.
  mutating func correctForPixelAreaIfDue() {
    guard isDue(start: Self.pixelAreaStart, period: parameters.pixelAreaPeriod) else { return }
    let sweep = sweep(ScanSums.Wanted())
    let area = PixelArea(transform)
    inGroups { $0.correctCounts(for: area, sweep) }
  }
}
