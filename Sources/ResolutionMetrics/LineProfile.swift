// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// A place on an image, in pixels; whole numbers are the centres of pixels.
public struct PixelPosition: Hashable, Sendable {
  /// Downwards from the first row.
  public var row: Double
  /// To the right from the first column.
  public var column: Double

  /// Makes a place from its row and column.
  public init(row: Double, column: Double) {
    self.row = row
    self.column = column
  }
}

/// Values at equal steps along a line.
public struct LineProfile: Hashable, Sendable {
  /// The distance of neighbouring values, pixels.
  public var step: Double
  /// The values from the line's start to its end.
  public var values: [Double]

  /// Makes a profile.
  public init(step: Double, values: [Double]) {
    self.step = step
    self.values = values
  }

  /// The distance of each value from the start, pixels.
  public var distances: [Double] { values.indices.map { Double($0) * step } }
}

/// Reads an image along a line, averaged across its width, by bilinear interpolation.
///
/// - Parameters:
///   - image: The image, [row, column].
///   - start: Where the line begins.
///   - end: Where it ends; steps are the longest up to half a pixel that divide it.
///   - width: How far to average at right angles to the line, pixels.
/// - Returns: The profile; NaN where the line lies outside the image or on NaN.
public func lineProfile(
  of image: Image,
  from start: PixelPosition,
  to end: PixelPosition,
  width: Double = 1
) -> LineProfile {
  let (down, right) = (end.row - start.row, end.column - start.column)
  let length = (down * down + right * right).squareRoot()
  let steps = max(1, Int((2 * length - 1e-6).rounded(.up)))
  let across = max(1, Int((2 * width).rounded()) - 1)
  // The unit vector at right angles to the line.
  let normal = length > 0 ? (row: -right / length, column: down / length) : (row: 0, column: 0)
  let values = (0...steps).map { i in
    let part = Double(i) / Double(steps)
    var (sum, count) = (0.0, 0)
    for j in 0..<across {
      let offset = 0.5 * (Double(j) - Double(across - 1) / 2)
      let value = bilinear(
        image,
        row: start.row + part * down + offset * normal.row,
        column: start.column + part * right + offset * normal.column
      )
      guard !value.isNaN else { continue }
      sum += value
      count += 1
    }
    return count > 0 ? sum / Double(count) : .nan
  }
  return LineProfile(step: length / Double(steps), values: values)
}

private func bilinear(_ image: Image, row: Double, column: Double) -> Double {
  let (lastRow, lastColumn) = (image.shape.rows - 1, image.shape.columns - 1)
  guard row >= 0, column >= 0, row <= Double(lastRow), column <= Double(lastColumn) else {
    return .nan
  }
  let (top, left) = (Int(row), Int(column))
  let (bottom, right) = (min(top + 1, lastRow), min(left + 1, lastColumn))
  let (v, u) = (row - Double(top), column - Double(left))
  let upper = (1 - u) * Double(image[top, left]) + u * Double(image[top, right])
  let lower = (1 - u) * Double(image[bottom, left]) + u * Double(image[bottom, right])
  return (1 - v) * upper + v * lower
}
