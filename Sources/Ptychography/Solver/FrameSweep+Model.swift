// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// What patterns and those of probe times object have in common.
struct ModelComparison: Sendable {
  /// Σ (√(|F P O|² + b) − √I)² over measured pixels, over pixels; or half of Poisson's deviance, twice
  /// as large where photons are many.
  var residual = 0.0
  /// Whether the residual is the deviance.
  var isLikelihood = false
  /// Σ (I − b) over measured pixels, over pixels.
  var total = 0.0
  /// What `residual` is on the mean where photons are all that is random; nil where not wanted.
  var noise: PhotonNoise?
  /// The sums of a background's update, where they are wanted and not the errors.
  var background: BackgroundRetrieval.Sums?
}

extension FrameSweep {
  /// Compares a pattern with the model whose rows are transformed.
  func compare(
    _ frame: ScanFrame,
    _ scratch: inout SweepScratch,
    _ comparison: inout ModelComparison
  ) {
    for block in 0..<transform.columnBlocks {
      transformColumns(block, &scratch)
      let pixels = block * transform.tileCount..<(block + 1) * transform.tileCount
      let measured = frame.intensities.span.extracting(pixels)
      let level = background.span.extracting(pixels)
      let power = scratch.power.span
      if comparison.background != nil {
        comparison.background?.add(power, measured, from: pixels.lowerBound, modulusStep)
      } else {
        comparison.residual += modulusResidual(
          power,
          measured,
          background: level,
          pixels: transform.shape.count,
          isLikelihood: comparison.isLikelihood
        )
        comparison.total += sum(measured, above: level)
        comparison.noise?.add(
          power,
          measured,
          background: level,
          pixels: transform.shape.count
        )
      }
    }
  }

  /// Σ max(0, I − b) over measured pixels.
  private func sum(_ measured: Span<Float>, above level: Span<Float>) -> Double {
    var sum = 0.0
    for i in measured.indices { sum += Double(max(0, measured[i] - level[i])) }
    return sum
  }
}
