// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// How values along one axis become places on a picture.
package struct PlotScale {
  let range: ClosedRange<Double>
  let isLogarithmic: Bool
  /// The pixel of the range's lower end and that of its upper end.
  let pixels: (low: Double, high: Double)

  /// Where a value lies; nil where it has no place, as zero on a logarithmic axis.
  func pixel(of value: Double) -> Double? {
    guard value.isFinite, !isLogarithmic || value > 0 else { return nil }
    let (low, high) = (range.lowerBound, range.upperBound)
    let fraction =
      isLogarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low)
    // Far outside is far enough: Cairo's coordinates have 24 bits.
    return pixels.low + min(max(fraction, -20), 20) * (pixels.high - pixels.low)
  }

  /// The range that an axis needs for values that it must show.
  ///
  /// - Parameters:
  ///   - values: What must be shown.
  ///   - axis: The axis, whose own range wins.
  ///   - margin: The part of the span that is left free at both ends.
  /// - Returns: A range that is never empty.
  package static func range(
    of values: [Double],
    on axis: LinePlot.Axis,
    margin: Double
  ) -> ClosedRange<Double> {
    if let given = axis.range, given.lowerBound < given.upperBound,
      !axis.isLogarithmic || given.lowerBound > 0
    {
      return given
    }
    let shown = values.filter { $0.isFinite && (!axis.isLogarithmic || $0 > 0) }
    guard let low = shown.min(), let high = shown.max() else {
      return axis.isLogarithmic ? 1...10 : 0...1
    }
    if axis.isLogarithmic {
      let free = max(margin * log(high / low), margin > 0 || low == high ? log(1.25) : 0)
      return low * exp(-free)...high * exp(free)
    }
    let least = max(abs(low), abs(high)) * 1e-6
    let free = high - low > least ? margin * (high - low) : roomAbout(max(abs(low), abs(high)))
    return low - free...high + free
  }

  /// How far an axis goes to either side of a single value: a round number near its twentieth, so
  /// that the axis shows about where it lies.
  private static func roomAbout(_ size: Double) -> Double {
    size > 0 ? roundNumber(near: size / 20) : 0.5
  }

  func ticks(about count: Int) -> AxisTicks {
    isLogarithmic
      ? AxisTicks(logarithmic: range, about: count) : AxisTicks(linear: range, about: count)
  }
}
