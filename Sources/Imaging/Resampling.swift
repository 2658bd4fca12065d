// SPDX-License-Identifier: BSD-3-Clause

/// How a displaced image is read between its pixels.
public enum Interpolation: Sendable {
  /// Cubic convolution over 4 × 4 pixels, exact for quadratics (Keys, IEEE Trans. Acoust. Speech
  /// Signal Process. 29, 1153 (1981), doi 10.1109/TASSP.1981.1163711, a = −1/2).
  case cubic
  /// Straight lines between the 2 × 2 nearest pixels: smoother, and softer by up to a third of the
  /// contrast at the finest detail.
  case linear
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
  let across = ResamplingTaps(
    from: image.shape.columns,
    to: shape.columns,
    movedBy: columns,
    interpolation
  )
  let down = ResamplingTaps(
    from: image.shape.rows,
    to: shape.rows,
    movedBy: rows,
    interpolation
  )
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

extension Interpolation {
  /// The weights of four neighbouring pixels for a place that lies `t` behind the second one.
  fileprivate func weights(at t: Float) -> SIMD4<Float> {
    guard self != .linear else { return SIMD4(0, 1 - t, t, 0) }
    let (square, cube) = (t * t, t * t * t)
    return SIMD4(
      -0.5 * t + square - 0.5 * cube,
      1 - 2.5 * square + 1.5 * cube,
      0.5 * t + 2 * square - 1.5 * cube,
      -0.5 * square + 0.5 * cube
    )
  }

  /// What an image holds at a place between its pixels; zero outside.
  ///
  /// - Parameters:
  ///   - pixels: The image, [row, column].
  ///   - shape: Its shape.
  ///   - row: The place, pixels from the first row.
  ///   - column: The place, pixels from the first column.
  /// - Returns: The value there.
  public func value(
    of pixels: Span<Float>,
    shape: Shape2D,
    row: Double,
    column: Double
  ) -> Float {
    let (top, left) = (row.rounded(.down), column.rounded(.down))
    guard top >= -2, left >= -2, top <= Double(shape.rows), left <= Double(shape.columns) else {
      return 0
    }
    let down = weights(at: Float(row - top))
    let across = weights(at: Float(column - left))
    let (firstRow, firstColumn) = (Int(top) - 1, Int(left) - 1)
    var sum: Float = 0
    var smallest = Float.infinity
    for i in 0..<4 where down[i] != 0 {
      let y = firstRow + i
      let isRow = y >= 0 && y < shape.rows
      for j in 0..<4 where across[j] != 0 {
        let x = firstColumn + j
        let value = isRow && x >= 0 && x < shape.columns ? pixels[y * shape.columns + x] : 0
        sum += down[i] * across[j] * value
        smallest = min(smallest, value)
      }
    }
    return self == .minimum ? smallest : sum
  }
}

/// The kernel of a displacement along one axis: the same four weights for every pixel.
private struct ResamplingTaps {
  let sourceCount: Int
  let count: Int
  /// The source pixel that tap 1 of target pixel 0 reads.
  let start: Int
  let weights: SIMD4<Float>

  init(
    from sourceCount: Int,
    to count: Int,
    movedBy shift: Double,
    _ interpolation: Interpolation
  ) {
    self.sourceCount = sourceCount
    self.count = count
    let position = Double(sourceCount - 1) / 2 - Double(count - 1) / 2 - shift
    let whole = position.rounded(.down)
    start = Int(whole)
    weights = interpolation.weights(at: Float(position - whole))
  }

  /// Resamples along the columns.
  func applied(to image: Image, _ interpolation: Interpolation) -> Image {
    var result = Image(shape: Shape2D(rows: image.shape.rows, columns: count))
    // Target pixels all of whose taps lie in the image; the others are few.
    let inner = max(0, 1 - start)..<max(max(0, 1 - start), min(count, sourceCount - 2 - start))
    let source = image.values.span
    var target = result.values.mutableSpan
    for row in 0..<image.shape.rows {
      let pixels = source.extracting(row * sourceCount..<(row + 1) * sourceCount)
      var values = target._mutatingExtracting(row * count..<(row + 1) * count)
      for column in 0..<inner.lowerBound {
        values[column] = value(at: column, of: pixels, interpolation)
      }
      if !inner.isEmpty {
        let first = start + inner.lowerBound - 1
        var middle = values._mutatingExtracting(inner)
        apply(to: pixels.extracting(first..<first + inner.count + 3), interpolation, &middle)
      }
      for column in inner.upperBound..<max(count, inner.upperBound) {
        values[column] = value(at: column, of: pixels, interpolation)
      }
    }
    return result
  }

  /// The pixels [0, count) of a row, from count + 3 pixels around them.
  private func apply(
    to pixels: Span<Float>,
    _ interpolation: Interpolation,
    _ values: inout MutableSpan<Float>
  ) {
    let count = values.count
    precondition(pixels.count == count + 3, "a row needs one pixel before and two behind it")
    let (a, b, c, d) = (weights[0], weights[1], weights[2], weights[3])
    if a == 0, c == 0, d == 0, b == 1 {
      // A whole pixel: copied, so that what is no number stays alone.
      for i in 0..<count { values[i] = pixels[i + 1] }
    } else if interpolation == .minimum {
      let infinity = Float.infinity
      for i in 0..<count {
        values[i] = min(
          min(a != 0 ? pixels[i] : infinity, b != 0 ? pixels[i + 1] : infinity),
          min(c != 0 ? pixels[i + 2] : infinity, d != 0 ? pixels[i + 3] : infinity)
        )
      }
    } else {
      for i in 0..<count {
        values[i] = (a * pixels[i] + b * pixels[i + 1]) + (c * pixels[i + 2] + d * pixels[i + 3])
      }
    }
  }

  /// One pixel some of whose taps may lie outside.
  private func value(
    at column: Int,
    of pixels: Span<Float>,
    _ interpolation: Interpolation
  ) -> Float {
    var sum: Float = 0
    var smallest = Float.infinity
    for tap in 0..<4 where weights[tap] != 0 {
      let x = start + column + tap - 1
      let value = x >= 0 && x < sourceCount ? pixels[x] : 0
      sum += weights[tap] * value
      smallest = min(smallest, value)
    }
    return interpolation == .minimum ? smallest : sum
  }
}
