// SPDX-License-Identifier: BSD-3-Clause

/// A weighted linear least-squares problem of a few unknowns.
///
/// Unknowns are scaled to unit diagonal before the Cholesky factorisation, so that they may have
/// any units.
struct NormalEquations {
  private let count: Int
  private var matrix: [Double]
  private var right: [Double]

  init(count: Int) {
    self.count = count
    matrix = [Double](repeating: 0, count: count * count)
    right = [Double](repeating: 0, count: count)
  }

  /// Adds one observation: the values of the unknowns' functions there, the observed value, and
  /// one over its variance.
  mutating func add(_ row: [Double], _ value: Double, weight: Double) {
    for i in 0..<count {
      let scaled = weight * row[i]
      right[i] += scaled * value
      for j in 0...i { matrix[i * count + j] += scaled * row[j] }
    }
  }

  /// The unknowns and their covariance, [unknown, unknown]; nil where they are not determined.
  ///
  /// - Parameter damping: What is added to the scaled diagonal (Levenberg and Marquardt).
  /// - Returns: Both, in the unknowns' own units.
  func solve(damping: Double = 0) -> (unknowns: [Double], covariance: [Double])? {
    let scale = (0..<count).map { i -> Double in
      let diagonal = matrix[i * count + i]
      return diagonal > 0 ? 1 / diagonal.squareRoot() : 0
    }
    guard !scale.contains(0), scale.allSatisfy(\.isFinite) else { return nil }
    var lower = [Double](repeating: 0, count: count * count)
    for i in 0..<count {
      for j in 0...i {
        var sum = matrix[i * count + j] * scale[i] * scale[j] + (i == j ? damping : 0)
        for k in 0..<j { sum -= lower[i * count + k] * lower[j * count + k] }
        if i == j {
          guard sum > 1e-13 else { return nil }
          lower[i * count + i] = sum.squareRoot()
        } else {
          lower[i * count + j] = sum / lower[j * count + j]
        }
      }
    }
    func solved(_ vector: [Double]) -> [Double] {
      var x = vector
      for i in 0..<count {
        for k in 0..<i { x[i] -= lower[i * count + k] * x[k] }
        x[i] /= lower[i * count + i]
      }
      for i in (0..<count).reversed() {
        for k in i + 1..<max(count, i + 1) { x[i] -= lower[k * count + i] * x[k] }
        x[i] /= lower[i * count + i]
      }
      return x
    }
    let unknowns = zip(solved(zip(right, scale).map { $0 * $1 }), scale).map { $0 * $1 }
    var covariance = [Double](repeating: 0, count: count * count)
    for column in 0..<count {
      var unit = [Double](repeating: 0, count: count)
      unit[column] = 1
      for (row, value) in solved(unit).enumerated() {
        covariance[row * count + column] = value * scale[row] * scale[column]
      }
    }
    return (unknowns, covariance)
  }
}

/// Medians and spreads that outliers do not move.
enum RobustStatistics {
  /// The median; NaN where there are no values.
  static func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// The standard deviation that normally distributed values of this median deviation would have.
  static func spread(_ values: [Double], about center: Double) -> Double {
    1.4826 * median(values.map { abs($0 - center) })
  }
}
