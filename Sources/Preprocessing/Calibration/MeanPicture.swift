// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// The mean of many cleaned pictures, pixel by pixel over those that measured it.
///
/// Values above a threshold are also summed by themselves: where photons are rare, noise that is
/// averaged over thousands of pixels without a photon would bury them, and cutting it off does not.
public struct MeanPicture: Sendable {
  /// The extent, [rows, columns].
  public let shape: Shape2D
  /// Values from here on are counted, ADU.
  public let threshold: Float
  /// Pictures so far.
  public private(set) var frameCount = 0
  /// Pictures that measured each pixel, [row, column].
  private(set) var counts: [Float]
  /// Pictures in which each pixel was above the threshold, [row, column].
  private(set) var exceedances: [Float]
  /// Sums of values, of their squares, and of those above the threshold, [row, column], ADU.
  private(set) var sums: [Double]
  private(set) var squares: [Double]
  private(set) var counted: [Double]

  /// Starts without pictures.
  ///
  /// - Parameters:
  ///   - shape: Their extent.
  ///   - threshold: Values from here on are counted, ADU.
  public init(shape: Shape2D, threshold: Double) {
    self.shape = shape
    self.threshold = Float(threshold)
    counts = [Float](repeating: 0, count: shape.count)
    exceedances = counts
    sums = [Double](repeating: 0, count: shape.count)
    squares = sums
    counted = sums
  }

  /// Adds a picture, [row, column], ADU; NaN where nothing was measured.
  public mutating func add(_ picture: Image) {
    precondition(picture.shape == shape, "pictures differ in shape")
    frameCount += 1
    Self.add(picture, threshold, &counts, &exceedances, &sums, &squares, &counted)
  }

  // Static, because several arrays are in use at once and each access to one of `self` takes all.
  private static func add(
    _ picture: Image,
    _ threshold: Float,
    _ counts: inout [Float],
    _ exceedances: inout [Float],
    _ sums: inout [Double],
    _ squares: inout [Double],
    _ counted: inout [Double]
  ) {
    let values = picture.values.span
    var counts = counts.mutableSpan
    var exceedances = exceedances.mutableSpan
    var sums = sums.mutableSpan
    var squares = squares.mutableSpan
    var counted = counted.mutableSpan
    for i in values.indices {
      let value = values[i]
      guard value.isFinite else { continue }
      let wide = Double(value)
      counts[i] += 1
      sums[i] += wide
      squares[i] += wide * wide
      if value >= threshold {
        exceedances[i] += 1
        counted[i] += wide
      }
    }
  }

  /// Forgets pixels that are known to be bad.
  public mutating func forget(_ pixels: [PicturePixel]) {
    for pixel in pixels where pixel.row < shape.rows && pixel.column < shape.columns {
      forget(at: pixel.row * shape.columns + pixel.column)
    }
  }

  /// Forgets pixels that saturation may have changed.
  ///
  /// - Parameter disturbed: Whether each one is to be forgotten, [row, column].
  public mutating func forget(_ disturbed: [Bool]) {
    precondition(disturbed.count == shape.count, "saturation is told for the whole picture")
    for i in disturbed.indices where disturbed[i] { forget(at: i) }
  }

  private mutating func forget(at i: Int) {
    counts[i] = 0
    exceedances[i] = 0
  }

  /// The mean, [row, column], ADU; NaN where nothing was measured.
  public var mean: Image {
    Image(
      shape: shape,
      values: sums.indices.map { counts[$0] > 0 ? Float(sums[$0] / Double(counts[$0])) : .nan }
    )
  }

  /// The mean of what was above the threshold, [row, column], ADU; NaN where nothing was measured.
  public var countedMean: Image {
    Image(
      shape: shape,
      values: sums.indices.map { counts[$0] > 0 ? Float(counted[$0] / Double(counts[$0])) : .nan }
    )
  }

  /// The part of the frames in which pixels around each one were above the threshold, [row,
  /// column]: a mean over a square, so that no pixel chooses itself by its own noise.
  func exceedancePart(reach: Int) -> [Double] {
    let above = boxSums(exceedances, reach: reach)
    let all = boxSums(counts, reach: reach)
    return zip(above, all).map { $1 > 0 ? $0 / $1 : 0 }
  }

  /// Sums over squares of 2 · reach + 1 pixels, cut at the picture's edge.
  private func boxSums(_ values: [Float], reach: Int) -> [Double] {
    let (rows, columns) = (shape.rows, shape.columns)
    var across = [Double](repeating: 0, count: values.count)
    for row in 0..<rows {
      var sum = 0.0
      for column in -reach..<columns {
        if column + reach < columns { sum += Double(values[row * columns + column + reach]) }
        if column - reach > 0 { sum -= Double(values[row * columns + column - reach - 1]) }
        if column >= 0 { across[row * columns + column] = sum }
      }
    }
    var boxes = across
    for column in 0..<columns {
      var sum = 0.0
      for row in -reach..<rows {
        if row + reach < rows { sum += across[(row + reach) * columns + column] }
        if row - reach > 0 { sum -= across[(row - reach - 1) * columns + column] }
        if row >= 0 { boxes[row * columns + column] = sum }
      }
    }
    return boxes
  }
}
