// SPDX-License-Identifier: BSD-3-Clause

/// The median of a sliding window, of four series at once.
///
/// The window is kept sorted; the oldest value is taken out and the newest put in by one pass of
/// comparisons without branches.
package struct RunningMedian: Sendable {
  private var sorted: [SIMD4<Float>]
  private let reach: Int

  /// Makes an empty window of 2 · reach + 1 values.
  package init(reach: Int) {
    self.reach = reach
    sorted = [SIMD4<Float>](repeating: SIMD4(repeating: .infinity), count: 2 * reach + 1)
  }

  /// The values in the middle.
  package var median: SIMD4<Float> { sorted[reach] }

  /// Takes the values `old` out and puts `new` in.
  ///
  /// With w' the window without `old`, the new one is the larger of w'[i − 1] and the smaller of
  /// w'[i] and `new`: one pass without branches.
  package mutating func replace(_ old: SIMD4<Float>, with new: SIMD4<Float>) {
    var window = sorted.mutableSpan
    let last = window.count - 1
    var below = SIMD4<Float>(repeating: -.infinity)
    var here = window[0]
    for i in 0..<last {
      let next = window[i + 1]
      let kept = next.replacing(with: here, where: here .< old)
      let lower = kept.replacing(with: new, where: new .< kept)
      window[i] = lower.replacing(with: below, where: lower .< below)
      below = kept
      here = next
    }
    window[last] = new.replacing(with: below, where: new .< below)
  }

  /// Puts a value into its place; the last one, infinite until the window is full, drops out.
  package mutating func insert(_ value: SIMD4<Float>) {
    var window = sorted.mutableSpan
    var carried = value
    for i in window.indices {
      let here = window[i]
      let isLower = carried .< here
      window[i] = here.replacing(with: carried, where: isLower)
      carried = carried.replacing(with: here, where: isLower)
    }
  }
}
