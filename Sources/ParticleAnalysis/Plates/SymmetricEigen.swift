// SPDX-License-Identifier: BSD-3-Clause

/// The eigenvalues and eigenvectors of a symmetric matrix of 3 x 3.
///
/// Cyclic rotations after C. G. J. Jacobi (J. reine angew. Math. 30, 51 (1846)); as G. H. Golub and
/// C. F. Van Loan, Matrix Computations, 4th ed. (2013), section 8.5.
struct SymmetricEigen {
  /// The eigenvalues, the largest first.
  private(set) var values = SIMD3<Double>.zero
  /// The eigenvectors in that order, orthonormal and right-handed.
  private(set) var vectors: [SIMD3<Double>] = []

  /// Takes the rows of a symmetric matrix.
  init(_ rows: [SIMD3<Double>]) {
    var a = rows
    var axes = [SIMD3<Double>(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)]
    for _ in 0..<24 {
      let off = a[0][1] * a[0][1] + a[0][2] * a[0][2] + a[1][2] * a[1][2]
      let on = a[0][0] * a[0][0] + a[1][1] * a[1][1] + a[2][2] * a[2][2]
      guard off > 1e-28 * on else { break }
      for (p, q) in [(0, 1), (0, 2), (1, 2)] where a[p][q] != 0 {
        let ratio = (a[q][q] - a[p][p]) / (2 * a[p][q])
        let t = (ratio < 0 ? -1 : 1) / (abs(ratio) + (ratio * ratio + 1).squareRoot())
        let c = 1 / (t * t + 1).squareRoot()
        let s = t * c
        let (rowP, rowQ) = (a[p], a[q])
        a[p] = c * rowP - s * rowQ
        a[q] = s * rowP + c * rowQ
        for k in 0..<3 {
          (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q])
        }
        (axes[p], axes[q]) = (c * axes[p] - s * axes[q], s * axes[p] + c * axes[q])
      }
    }
    let order = [0, 1, 2].sorted { a[$0][$0] > a[$1][$1] }
    for k in 0..<3 { values[k] = a[order[k]][order[k]] }
    vectors = order.prefix(2).map { axes[$0] }
    vectors.append(cross(vectors[0], vectors[1]))
  }
}

/// The inner product of two vectors.
@inline(__always)
func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() }

/// The vector product of two vectors.
func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
  SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}
