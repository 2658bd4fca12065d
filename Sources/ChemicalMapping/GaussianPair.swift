// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// A histogram seen as the sum of two Gaussians with parameters [h, m, s, h, m, s].
struct GaussianPair {
  let positions: [Double]
  let heights: [Double]

  /// JᵀJ, Jᵀr and Σ r² of the residuals r = data − model.
  func normalEquations(at parameters: [Double]) -> NormalEquations {
    var result = NormalEquations()
    var slopes = [Double](repeating: 0, count: 6)
    for i in positions.indices {
      var residual = heights[i]
      for peak in 0..<2 {
        let (height, width) = (parameters[3 * peak], parameters[3 * peak + 2])
        let z = (positions[i] - parameters[3 * peak + 1]) / width
        let shape = exponential(-z * z / 2)
        residual -= height * shape
        slopes[3 * peak] = shape
        slopes[3 * peak + 1] = height * shape * z / width
        slopes[3 * peak + 2] = height * shape * z * z / width
      }
      result.error += residual * residual
      for a in 0..<6 {
        result.gradient[a] += slopes[a] * residual
        for b in 0..<6 { result.matrix[a][b] += slopes[a] * slopes[b] }
      }
    }
    return result
  }
}

/// The normal equations of a least-squares step with six unknowns.
struct NormalEquations {
  var matrix = [[Double]](repeating: [Double](repeating: 0, count: 6), count: 6)
  var gradient = [Double](repeating: 0, count: 6)
  var error = 0.0
}

/// Solves a small linear system by elimination with partial pivoting; nil where it is singular.
func solvedSystem(_ matrix: [[Double]], _ right: [Double]) -> [Double]? {
  var a = matrix
  var x = right
  let n = x.count
  for column in 0..<n {
    guard let pivot = (column..<n).max(by: { abs(a[$0][column]) < abs(a[$1][column]) }),
      abs(a[pivot][column]) > 1e-300
    else { return nil }
    a.swapAt(column, pivot)
    x.swapAt(column, pivot)
    for row in column + 1..<n {
      let factor = a[row][column] / a[column][column]
      for k in column..<n { a[row][k] -= factor * a[column][k] }
      x[row] -= factor * x[column]
    }
  }
  for row in (0..<n).reversed() {
    for k in row + 1..<n { x[row] -= a[row][k] * x[k] }
    x[row] /= a[row][row]
  }
  return x.allSatisfy(\.isFinite) ? x : nil
}
