// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// How well recovered shifts undo the true ones, once what no data can tell is taken out.
///
/// A constant along the rotation axis and a constant, a sine and a cosine of the tilt across it
/// are moves of the whole sample and of the axis; they are fitted and removed.
public struct RegistrationComparison: Sendable, Hashable {
  /// What is left along the rotation axis, [tilt], pixels.
  public var vertical: [Double]
  /// What is left across it, [tilt], pixels.
  public var horizontal: [Double]

  /// Compares shifts.
  ///
  /// - Parameters:
  ///   - applied: The shifts that were applied to the images to bring them onto the axis, [tilt].
  ///   - sample: How far the sample truly sat off the axis in the images, [tilt].
  ///   - tilts: The tilts.
  public init(applied: [PixelShift], sample: [PixelShift], tilts: [TiltAngle]) {
    precondition(
      applied.count == sample.count && sample.count == tilts.count,
      "shifts and tilts differ in number"
    )
    self.init(errors: zip(applied, sample).map { $0 + $1 }, tilts: tilts)
  }

  /// Takes what no data can tell out of errors, [tilt].
  init(errors: [PixelShift], tilts: [TiltAngle]) {
    vertical = leastSquaresResidual(errors.map(\.rows), basis: tilts.map { _ in [1] })
    horizontal = leastSquaresResidual(
      errors.map(\.columns),
      basis: tilts.map { [1, sine($0.radians), cosine($0.radians)] }
    )
  }

  /// The RMS length of what is left, pixels.
  public var rootMeanSquare: Double {
    let total = zip(vertical, horizontal).reduce(0) { $0 + $1.0 * $1.0 + $1.1 * $1.1 }
    return (total / Double(max(vertical.count, 1))).squareRoot()
  }
}

/// What a linear least-squares fit of `values` by the columns of `basis` leaves.
func leastSquaresResidual(_ values: [Double], basis: [[Double]]) -> [Double] {
  let size = basis.first?.count ?? 0
  var matrix = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
  var right = [Double](repeating: 0, count: size)
  for (value, row) in zip(values, basis) {
    for i in 0..<size {
      right[i] += row[i] * value
      for j in 0..<size { matrix[i][j] += row[i] * row[j] }
    }
  }
  // Fewer tilts than unknowns: as little as possible of each.
  for i in 0..<size { matrix[i][i] += 1e-9 * Double(max(values.count, 1)) }
  let solution = solve(matrix, right)
  return zip(values, basis).map { value, row in
    value - zip(row, solution).reduce(0) { $0 + $1.0 * $1.1 }
  }
}

/// Solves a small symmetric positive system by elimination.
func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
  var a = matrix
  var b = right
  let n = b.count
  for i in 0..<n {
    for row in i + 1..<max(n, i + 1) {
      let factor = a[row][i] / a[i][i]
      for column in i..<n { a[row][column] -= factor * a[i][column] }
      b[row] -= factor * b[i]
    }
  }
  for i in stride(from: n - 1, through: 0, by: -1) {
    for column in i + 1..<max(n, i + 1) { b[i] -= a[i][column] * b[column] }
    b[i] /= a[i][i]
  }
  return b
}
