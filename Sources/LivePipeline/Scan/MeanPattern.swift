// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The mean of a scan's cleaned patterns so far, pixel by pixel over those that measured it.
struct MeanPattern: Sendable {
  private var shape = Shape2D(rows: 0, columns: 0)
  private var sums: [Float] = []
  private var measured: [Float] = []
  /// The patterns so far.
  private(set) var count = 0

  /// Makes the mean of nothing.
  init() {}

  /// Adds a pattern.
  ///
  /// - Parameter amplitudes: Square roots of photons, [row, column]; negative where not measured. A
  ///   pattern of another shape than those before begins a new mean.
  mutating func add(_ amplitudes: Image) {
    if amplitudes.shape != shape {
      shape = amplitudes.shape
      sums = [Float](repeating: 0, count: shape.count)
      measured = sums
      count = 0
    }
    count += 1
    Self.add(amplitudes.values.span, to: &sums, &measured)
  }

  private static func add(
    _ source: Span<Float>,
    to sums: inout [Float],
    _ measured: inout [Float]
  ) {
    var total = sums.mutableSpan
    var number = measured.mutableSpan
    for i in source.indices {
      let amplitude = source[i]
      let isMeasured: Float = amplitude >= 0 ? 1 : 0
      total[i] += isMeasured * amplitude * amplitude
      number[i] += isMeasured
    }
  }

  /// Mean photons, [row, column]; nil before the first pattern, NaN where none measured.
  var image: Image? {
    guard count > 0 else { return nil }
    var image = Image(shape: shape, values: sums)
    for i in image.values.indices {
      image.values[i] = measured[i] > 0 ? image.values[i] / measured[i] : .nan
    }
    return image
  }
}
