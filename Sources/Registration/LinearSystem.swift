// SPDX-License-Identifier: BSD-3-Clause

/// A small symmetric system of normal equations, in double precision.
struct LinearSystem {
  private(set) var matrix: [[Double]]
  private(set) var right: [Double]

  init(size: Int) {
    matrix = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
    right = [Double](repeating: 0, count: size)
  }

  init(matrix: [[Double]], right: [Double]) {
    self.matrix = matrix
    self.right = right
  }

  /// Adds one observation, value ≈ Σ unknown · factor.
  mutating func add(_ factors: [Double], value: Double, weight: Double = 1) {
    for i in factors.indices {
      right[i] += weight * factors[i] * value
      for j in factors.indices { matrix[i][j] += weight * factors[i] * factors[j] }
    }
  }

  /// The inverse of the matrix; nil where it is singular.
  func inverse() -> [[Double]]? {
    let size = right.count
    var rows = matrix.indices.map { i in
      matrix[i] + matrix.indices.map { $0 == i ? 1.0 : 0 }
    }
    let scale = matrix.indices.map { abs(matrix[$0][$0]) }.max() ?? 0
    for i in 0..<size {
      let pivot = (i..<size).max { abs(rows[$0][i]) < abs(rows[$1][i]) } ?? i
      rows.swapAt(i, pivot)
      guard abs(rows[i][i]) > 1e-12 * scale else { return nil }
      let factor = 1 / rows[i][i]
      rows[i] = rows[i].map { $0 * factor }
      for other in 0..<size where other != i {
        let multiple = rows[other][i]
        rows[other] = zip(rows[other], rows[i]).map { $0 - multiple * $1 }
      }
    }
    return rows.map { Array($0[size...]) }
  }

  /// The least-squares solution; nil where the matrix is singular.
  func solution() -> [Double]? {
    inverse().map { inverse in
      inverse.map { row in zip(row, right).reduce(0) { $0 + $1.0 * $1.1 } }
    }
  }
}
