// SPDX-License-Identifier: BSD-3-Clause

/// How far a line profile takes from a tenth to nine tenths of an edge.
///
/// The levels before and behind the edge are the medians of the first and last fifth of the
/// profile; the edge is where it crosses their middle. A step blurred by a Gaussian of standard
/// deviation σ is 2.563 σ wide.
public struct EdgeWidth: Hashable, Sendable {
  /// The distance between 10 % and 90 %, pixels.
  public var width: Double
  /// Where the profile crosses the middle between its levels, pixels from its start.
  public var position: Double
  /// The level before the edge.
  public var levelBefore: Double
  /// The level behind the edge.
  public var levelBehind: Double
  /// How far values lie from the levels before and behind the edge, as a standard deviation.
  public var scatter: Double

  /// The height of the edge over the scatter at its sides; below 3 it may be none.
  public var contrast: Double {
    scatter > 0 ? abs(levelBehind - levelBefore) / scatter : .infinity
  }

  /// Measures the one edge of a profile; nil where it holds none or NaN lies in it.
  public init?(of profile: LineProfile) {
    let values = profile.values
    guard values.count >= 5, values.allSatisfy(\.isFinite) else { return nil }
    levelBefore = Self.median(values.prefix(values.count / 5))
    levelBehind = Self.median(values.suffix(values.count / 5))
    let sides = [
      (values.prefix(values.count / 5), levelBefore),
      (values.suffix(values.count / 5), levelBehind),
    ]
    // The median of distances is 0.6745 standard deviations.
    scatter =
      Self.median(sides.flatMap { side, level in side.map { abs($0 - level) } }[...]) / 0.674_49
    let (low, span) = (levelBefore, levelBehind - levelBefore)
    guard span != 0 else { return nil }
    // From 0 before the edge to 1 behind it, whichever way it goes.
    let heights = values.map { ($0 - low) / span }
    guard let middle = Self.crossings(of: 0.5, in: heights).nearest(to: Double(values.count) / 2),
      let tenth = Self.crossings(of: 0.1, in: heights).last(where: { $0 <= middle }),
      let nineTenths = Self.crossings(of: 0.9, in: heights).first(where: { $0 >= middle })
    else { return nil }
    width = (nineTenths - tenth) * profile.step
    position = middle * profile.step
  }

  private static func median(_ values: ArraySlice<Double>) -> Double {
    let sorted = values.sorted()
    let half = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
  }

  /// Where a profile rises through a level, in steps from its start, between values by straight
  /// lines.
  private static func crossings(of level: Double, in heights: [Double]) -> [Double] {
    heights.indices.dropLast().compactMap { i in
      guard heights[i] <= level, heights[i + 1] > level else { return nil }
      return Double(i) + (level - heights[i]) / (heights[i + 1] - heights[i])
    }
  }
}

extension [Double] {
  /// The element next to a number.
  fileprivate func nearest(to number: Double) -> Double? {
    self.min { abs($0 - number) < abs($1 - number) }
  }
}
