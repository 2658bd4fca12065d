// SPDX-License-Identifier: BSD-3-Clause

/// Fits a smooth line to the overscan words of a channel by least squares.
///
/// The row is x, 1 at the outer edge, which is read out first, and 0 at the seam. The powers are
/// made orthogonal over the rows that take part, so that a fit is one sum for each of them.
struct OverscanFit: Sendable {
  /// The orthonormal functions, [function][row from the outer edge].
  private let functions: [[Float]]
  /// The first row that takes part.
  private let start: Int

  /// Prepares for so many rows.
  init(_ model: OverscanModel, rows: Int, start: Int) {
    let powers =
      switch model {
      case .runningMedian: [Int]()
      case .quadratic: [0, 1, 2]
      case .evenPolynomial: [0, 2, 4, 6, 8]
      }
    var functions: [[Double]] = []
    for power in powers {
      var values = (0..<rows).map { row in
        (0..<power).reduce(1.0) { product, _ in
          product * Double(rows - 1 - row) / Double(max(rows - 1, 1))
        }
      }
      // Twice, because the powers are nearly parallel.
      for _ in 0..<2 {
        for other in functions {
          let part = (start..<rows).reduce(0.0) { $0 + values[$1] * other[$1] }
          for row in 0..<rows { values[row] -= part * other[row] }
        }
        let norm = (start..<rows).reduce(0.0) { $0 + values[$1] * values[$1] }.squareRoot()
        for row in 0..<rows { values[row] /= max(norm, .leastNormalMagnitude) }
      }
      functions.append(values)
    }
    self.functions = functions.map { $0.map(Float.init) }
    self.start = start
  }

  /// Fits four channels.
  ///
  /// - Parameter values: ADU by row from the outer edge.
  /// - Returns: The line, ADU, for every row.
  func line(_ values: [SIMD4<Float>]) -> [SIMD4<Float>] {
    var line = [SIMD4<Float>](repeating: .zero, count: values.count)
    for function in functions {
      var part = SIMD4<Float>.zero
      for row in start..<values.count { part += function[row] * values[row] }
      for row in line.indices { line[row] += function[row] * part }
    }
    return line
  }
}
