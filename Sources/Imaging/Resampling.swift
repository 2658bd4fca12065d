// SPDX-License-Identifier: BSD-3-Clause

/// How a displaced image is read between its pixels.
public enum Interpolation: Sendable {
  /// Cubic convolution over 4 × 4 pixels, exact for quadratics (Keys, IEEE Trans. Acoust. Speech
  /// Signal Process. 29, 1153 (1981), doi 10.1109/TASSP.1981.1163711, a = −1/2).
  case cubic
  /// The smallest of the pixels that the cubic kernel would use: for maps of trust, so that a
  /// value mixed from a doubtful pixel is never trusted more than that pixel.
  case minimum
}

/// Moves an image by a fraction of a pixel and cuts or pads it to a shape about its centre.
///
/// The centre ((rows − 1)/2, (columns − 1)/2) of the image comes to lie on that of the result,
/// displaced by `rows` downwards and `columns` to the right. What lies outside counts as zero.
///
/// - Parameters:
///   - image: The image to move, [row, column].
///   - shape: The extent of the result.
///   - rows: The displacement downwards, pixels.
///   - columns: The displacement to the right, pixels.
///   - interpolation: How to read between pixels.
/// - Returns: The moved image, [row, column].
public func resampled(
  _ image: Image,
  to shape: Shape2D,
  movedByRows rows: Double = 0,
  columns: Double = 0,
  interpolation: Interpolation = .cubic
) -> Image {
  let across = ResamplingTaps(from: image.shape.columns, to: shape.columns, movedBy: columns)
  let down = ResamplingTaps(from: image.shape.rows, to: shape.rows, movedBy: rows)
  let narrowed = across.applied(to: image, interpolation)
  return transposed(down.applied(to: transposed(narrowed), interpolation))
}

/// Exchanges rows and columns.
///
/// In squares of 16 pixels, so that a cache line is through when it is left.
public func transposed(_ image: Image) -> Image {
  let (rows, columns) = (image.shape.rows, image.shape.columns)
  var result = Image(shape: Shape2D(rows: columns, columns: rows))
  let source = image.values.span
  var target = result.values.mutableSpan
  for firstRow in stride(from: 0, to: rows, by: 16) {
    let endRow = min(rows, firstRow + 16)
    for firstColumn in stride(from: 0, to: columns, by: 16) {
      for column in firstColumn..<min(columns, firstColumn + 16) {
        for row in firstRow..<endRow {
          target[column * rows + row] = source[row * columns + column]
        }
      }
    }
  }
  return result
}

/// The kernel of a displacement along one axis: the same four weights for every pixel.
private struct ResamplingTaps {
  let sourceCount: Int
  let count: Int
  /// The source pixel that tap 1 of target pixel 0 reads.
  let start: Int
  let weights: SIMD4<Float>

  init(from sourceCount: Int, to count: Int, movedBy shift: Double) {
    self.sourceCount = sourceCount
    self.count = count
    let position = Double(sourceCount - 1) / 2 - Double(count - 1) / 2 - shift
    let whole = position.rounded(.down)
    start = Int(whole)
    let t = Float(position - whole)
    let (square, cube) = (t * t, t * t * t)
    weights = SIMD4(
      -0.5 * t + square - 0.5 * cube,
      1 - 2.5 * square + 1.5 * cube,
      0.5 * t + 2 * square - 1.5 * cube,
      -0.5 * square + 0.5 * cube
    )
  }

  /// Resamples along the columns.
  func applied(to image: Image, _ interpolation: Interpolation) -> Image {
    var result = Image(shape: Shape2D(rows: image.shape.rows, columns: count))
    let source = image.values.span
    var target = result.values.mutableSpan
    for row in 0..<image.shape.rows {
      for column in 0..<count {
        var sum: Float = 0
        var smallest = Float.infinity
        for tap in 0..<4 where weights[tap] != 0 {
          let x = start + column + tap - 1
          let value = x >= 0 && x < sourceCount ? source[row * sourceCount + x] : 0
          sum += weights[tap] * value
          smallest = min(smallest, value)
        }
        target[row * count + column] = interpolation == .cubic ? sum : smallest
      }
    }
    return result
  }
}
