// SPDX-License-Identifier: BSD-3-Clause

package import Imaging

extension Image {
  /// The mean over blocks of `factor` x `factor` pixels, [row, column].
  package func binned(by factor: Int) -> Image {
    let rows = shape.rows / factor
    let columns = shape.columns / factor
    var result = Image(shape: Shape2D(rows: rows, columns: columns))
    let weight = 1 / Float(factor * factor)
    let source = values.span
    var target = result.values.mutableSpan
    for row in 0..<rows * factor {
      let from = row * shape.columns
      let to = row / factor * columns
      for column in 0..<columns * factor {
        target[to + column / factor] += weight * source[from + column]
      }
    }
    return result
  }
}
