// SPDX-License-Identifier: BSD-3-Clause

/// Least squares with a few unknowns, the first of which may be kept from being negative.
///
/// With the normal equations G c = h, the bounded solution is the free one of some set of unknowns
/// that are not zero (Lawson and Hanson, Solving Least Squares Problems, 1974, chapter 23). Of the
/// sets whose own solution is nowhere negative, that of the largest hᵀc has the least error; with few
/// unknowns all are tried, which is exact, and their inverses are worked out once for all pixels.
struct BoundedLeastSquares: Sendable {
  /// The unknowns.
  let count: Int
  /// How many of them, from the first on, may not be negative.
  let boundedCount: Int
  /// G, row after row.
  let gram: [Double]
  /// For each set of bounded unknowns (bit j for unknown j) the inverse of its part of G, with zeros
  /// elsewhere, row after row.
  private let inverses: [Double]

  /// The most unknowns that may be kept from being negative.
  static let boundedLimit = 8

  /// Prepares the solution; nil where two columns are alike.
  ///
  /// - Parameters:
  ///   - columns: What each unknown adds, [unknown][sample].
  ///   - boundedCount: How many, from the first on, may not be negative.
  init?(columns: [[Double]], boundedCount: Int) {
    count = columns.count
    self.boundedCount = boundedCount
    let n = columns.count
    var gram = [Double](repeating: 0, count: n * n)
    for a in 0..<n {
      for b in 0..<n {
        gram[a * n + b] = zip(columns[a], columns[b]).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    self.gram = gram
    var inverses: [Double] = []
    let full = (1 << boundedCount) - 1
    for set in 0...full {
      let members = (0..<n).filter { $0 >= boundedCount || set & (1 << $0) != 0 }
      guard let part = Self.inverse(gram, n, members) else { return nil }
      inverses += part
    }
    self.inverses = inverses
  }

  /// The inverse of G.
  var covariance: [Double] { Array(inverses.suffix(count * count)) }

  /// Solves for one right side.
  ///
  /// - Parameters:
  ///   - h: Aᵀ data, one value for each unknown.
  ///   - scratch: Room for as many values.
  ///   - c: The solution.
  @inline(__always)
  func solve(
    _ h: Span<Double>,
    scratch: inout MutableSpan<Double>,
    into c: inout MutableSpan<Double>
  ) {
    let full = (1 << boundedCount) - 1
    var best = -Double.infinity
    // The free solution first: where nothing is negative it is the one.
    for step in 0...full {
      let set = full - step
      let gain = candidate(set, h, into: &scratch)
      guard gain > best else { continue }
      best = gain
      for j in 0..<count { c[j] = scratch[j] }
      if step == 0 { return }
    }
  }

  /// The solution of one set of unknowns; hᵀc, or −∞ where one of them is negative.
  @inline(__always)
  private func candidate(
    _ set: Int,
    _ h: Span<Double>,
    into c: inout MutableSpan<Double>
  ) -> Double {
    let inverse = inverses.span
    var gain = 0.0
    var isFeasible = true
    for a in 0..<count {
      var value = 0.0
      for b in 0..<count { value += inverse[(set * count + a) * count + b] * h[b] }
      c[a] = value
      gain += value * h[a]
      if a < boundedCount, value < 0 { isFeasible = false }
    }
    return isFeasible ? gain : -.infinity
  }

  /// The inverse of the part of a matrix that belongs to some unknowns; nil where it is singular.
  private static func inverse(_ gram: [Double], _ n: Int, _ members: [Int]) -> [Double]? {
    var result = [Double](repeating: 0, count: n * n)
    guard !members.isEmpty else { return result }
    // Scaled to unit diagonal, so that columns of any unit are judged alike.
    let scales = members.map { gram[$0 * n + $0].squareRoot() }
    guard scales.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    let part = members.enumerated().map { row, a in
      members.enumerated().map { column, b in gram[a * n + b] / (scales[row] * scales[column]) }
    }
    for (column, b) in members.enumerated() {
      var unit = [Double](repeating: 0, count: members.count)
      unit[column] = 1
      guard let solution = solvedSystem(part, unit), solution.allSatisfy({ abs($0) < 1e10 }) else {
        return nil
      }
      for (row, a) in members.enumerated() {
        result[a * n + b] = solution[row] / (scales[row] * scales[column])
      }
    }
    return result
  }
}
