// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

extension FrameSweep {
  /// Corrects a frame's counts by the model whose rows are transformed.
  func correctCounts(
    of frame: inout ScanFrame,
    for area: PixelArea,
    _ scratch: inout SweepScratch
  ) {
    let count = transform.shape.count
    if scratch.pattern.isEmpty { scratch.pattern = AlignedArray(repeating: 0, count: count) }
    for block in 0..<transform.columnBlocks {
      transformColumns(block, &scratch)
      let power = scratch.power
      let part = power.span
      var pattern = scratch.pattern.mutableSpan
      let first = block * transform.tileCount
      for i in part.indices { pattern[first + i] = part[i] }
    }
    if frame.counts.isEmpty { frame.counts = frame.intensities }
    let (counts, power, level) = (frame.counts, scratch.pattern, background)
    var intensities = frame.intensities.mutableSpan
    area.correct(
      &intensities,
      from: counts.span,
      power: power.span,
      background: level.span,
      &scratch.areaRoom
    )
  }
}
