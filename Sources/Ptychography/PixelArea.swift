// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// What the area of a pixel makes of a pattern.
///
/// A pixel counts the mean over its area, probe times object tells the intensity in its middle. Two
/// places of the wave that are d apart make fringes; their mean over pixels of the width w is
/// sinc(d w) of them, 0.90 at a quarter of the window and 0.64 at half of it. Taken for the intensity
/// in the middle, such counts are those of an object with less contrast.
///
/// The mean is taken by five pixels along each axis whose sum is that of a band-limited pattern up to
/// the fourth order in d w.
struct PixelArea: Sendable {
  /// Weights of a pixel and of its neighbours on either side.
  static let weights: (Float, Float, Float) = (5178 / 5760, 308 / 5760, -17 / 5760)
  /// How far a count is changed at most, for better or worse.
  static let limit: Float = 2
  /// Photons added to both intensities, so that none is divided by next to nothing.
  static let floor: Float = 0.05

  let transform: BlockedTransform2D
  private let rows: Int
  private let columns: Int

  init(_ transform: BlockedTransform2D) {
    self.transform = transform
    rows = transform.shape.rows
    columns = transform.shape.columns
  }

  /// Multiplies counts by the intensity in their pixels' middles over the mean.
  ///
  /// - Parameters:
  ///   - intensities: Gets the result, photons over pixels, in the order of the tiles.
  ///   - counts: The measured ones, −1 where unmeasured.
  ///   - power: Σ |ψ|² over modes of probe times object, of unscaled transforms, as many.
  ///   - background: The part that is no diffraction, photons over pixels, as many.
  func correct(
    _ intensities: inout MutableSpan<Float>,
    from counts: Span<Float>,
    power: Span<Float>,
    background: Span<Float>
  ) {
    let mean = means(of: power)
    let scale = 1 / Float(transform.shape.count)
    let floor = Self.floor * scale
    for i in counts.indices {
      let level = background[i] + floor
      let ratio = (scale * scale * power[i] + level) / (max(0, scale * scale * mean[i]) + level)
      let factor = min(max(ratio, 1 / Self.limit), Self.limit)
      intensities[i] = counts[i] < 0 ? counts[i] : factor * counts[i]
    }
  }

  /// The means over pixels of a pattern that goes on periodically, in the order of the tiles.
  private func means(of power: Span<Float>) -> [Float] {
    let width = transform.columnsInBlock
    // Where a pixel of the first row stands in the tiles.
    let tops = (0..<columns).map { $0 / width * transform.tileCount + $0 % width }
    var along = [Float](repeating: 0, count: power.count)
    for column in 0..<columns {
      let near = (-2...2).map { tops[(column + $0 + columns) % columns] }
      for row in 0..<rows {
        let down = row * width
        along[near[2] + down] = Self.mean(power, near, plus: down)
      }
    }
    var mean = along
    for block in 0..<transform.columnBlocks {
      for row in 0..<rows {
        let near = (-2...2).map {
          block * transform.tileCount + (row + $0 + rows) % rows * width
        }
        for column in 0..<width {
          mean[near[2] + column] = Self.mean(along.span, near, plus: column)
        }
      }
    }
    return mean
  }

  /// The weighted sum of five pixels.
  private static func mean(_ values: Span<Float>, _ places: [Int], plus offset: Int) -> Float {
    let next = values[places[1] + offset] + values[places[3] + offset]
    let far = values[places[0] + offset] + values[places[4] + offset]
    return weights.0 * values[places[2] + offset] + weights.1 * next + weights.2 * far
  }
}

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
    let (counts, level) = (frame.counts, background)
    var intensities = frame.intensities.mutableSpan
    area.correct(
      &intensities,
      from: counts.span,
      power: scratch.pattern.span,
      background: level.span
    )
  }
}

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
