// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// Which values the ends of a colour bar stand for.
public enum ValueRange: Hashable, Sendable {
  /// These.
  case given(ClosedRange<Double>)
  /// These percentiles of the picture's finite values, 0 to 100, so that few outliers do not
  /// take all the contrast.
  case percentiles(ClosedRange<Double>)

  /// The 0.5th to the 99.5th percentile.
  public static let robust = ValueRange.percentiles(0.5...99.5)
  /// The smallest to the largest value.
  public static let full = ValueRange.percentiles(0...100)
  /// −π to π, for phases in radians.
  public static let fullTurn = ValueRange.given(-Double.pi...Double.pi)

  /// The range in values of an image; never empty, 0...1 where nothing is finite.
  public func resolved(for image: Image) -> ClosedRange<Double> {
    switch self {
    case .given(let range):
      return Self.widened(range)
    case .percentiles(let percentiles):
      let sorted = image.values.filter(\.isFinite).sorted()
      guard !sorted.isEmpty else { return 0...1 }
      let low = Self.percentile(percentiles.lowerBound, of: sorted)
      let high = Self.percentile(percentiles.upperBound, of: sorted)
      return Self.widened(low...max(low, high))
    }
  }

  /// A percentile of sorted values, linear between neighbours.
  static func percentile(_ percent: Double, of sorted: [Float]) -> Double {
    let place = min(max(percent / 100, 0), 1) * Double(sorted.count - 1)
    let index = min(Int(place), sorted.count - 1)
    let next = min(index + 1, sorted.count - 1)
    let part = place - Double(index)
    return (1 - part) * Double(sorted[index]) + part * Double(sorted[next])
  }

  private static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    let (low, high) = (range.lowerBound, range.upperBound)
    let least = max(abs(low), abs(high)) * 1e-6
    if high - low > least { return range }
    let margin = max(abs(low) / 2, 0.5)
    return low - margin...high + margin
  }
}
