// SPDX-License-Identifier: BSD-3-Clause

/// A pattern as it is summed up, readout row after readout row.
struct PatternSum: Sendable {
  /// The shares that the rows are summed by.
  let resampling: PatternResampling
  private var line: [SIMD4<Float>]
  private var sums: [SIMD4<Float>]
  /// The pattern, [row, column], after `finish`.
  private(set) var pattern: [Float]

  init(_ resampling: PatternResampling) {
    self.resampling = resampling
    line = [SIMD4<Float>](repeating: .zero, count: resampling.vectors.count)
    sums = [SIMD4<Float>](repeating: .zero, count: resampling.sumCount)
    pattern = [Float](repeating: 0, count: resampling.side * resampling.side)
  }

  /// Starts a new pattern.
  mutating func begin() {
    var sums = sums.mutableSpan
    for i in sums.indices { sums[i] = .zero }
  }

  /// Adds one readout row, whose places `resampling.vectors` are written by `fill`.
  @inline(__always)
  mutating func add(_ row: Int, _ fill: (inout MutableSpan<SIMD4<Float>>) -> Void) {
    Self.add(row, resampling, &line, &sums, fill)
  }

  // Static, because two arrays are in use at once and each access to one of `self` takes all.
  @inline(__always)
  private static func add(
    _ row: Int,
    _ resampling: PatternResampling,
    _ line: inout [SIMD4<Float>],
    _ sums: inout [SIMD4<Float>],
    _ fill: (inout MutableSpan<SIMD4<Float>>) -> Void
  ) {
    var values = line.mutableSpan
    fill(&values)
    var target = sums.mutableSpan
    resampling.share(row, line.span, into: &target)
  }

  /// Completes the pattern, times a factor.
  mutating func finish(scaledBy factor: Float = 1) {
    let resampling = resampling
    let sums = sums
    var target = pattern.mutableSpan
    resampling.gather(sums.span, scaledBy: factor, into: &target)
  }
}
