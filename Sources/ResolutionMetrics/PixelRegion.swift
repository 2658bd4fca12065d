// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// A rectangle of pixels.
public struct PixelRegion: Hashable, Sendable {
  /// Its rows.
  public var rows: Range<Int>
  /// Its columns.
  public var columns: Range<Int>

  /// Makes a region of rows and columns.
  public init(rows: Range<Int>, columns: Range<Int>) {
    self.rows = rows
    self.columns = columns
  }

  /// All pixels of an image.
  public init(shape: Shape2D) {
    self.init(rows: 0..<shape.rows, columns: 0..<shape.columns)
  }

  /// Finds a rectangle that is lit throughout.
  ///
  /// Starts from the rectangle around all lit pixels and takes away the side with the largest dark
  /// part until every side is lit to 95 %; nil where nothing is lit.
  ///
  /// - Parameters:
  ///   - coverage: How much light each pixel got, [row, column], any unit.
  ///   - part: A pixel is lit with this part of the light of the brightest tenth or more.
  public init?(litBy coverage: Image, part: Float = 0.2) {
    let sorted = coverage.values.filter { $0 > 0 }.sorted()
    guard !sorted.isEmpty else { return nil }
    let level = part * sorted[sorted.count * 9 / 10]
    let isLit = coverage.values.map { $0 >= level && $0 > 0 }
    self.init(shape: coverage.shape)

    func darkPart(_ row: Int, _ columns: Range<Int>) -> Double {
      let first = row * coverage.shape.columns
      return Double(columns.count { !isLit[first + $0] }) / Double(columns.count)
    }
    func darkPart(_ rows: Range<Int>, _ column: Int) -> Double {
      Double(rows.count { !isLit[$0 * coverage.shape.columns + column] }) / Double(rows.count)
    }
    while !rows.isEmpty, !columns.isEmpty {
      let sides = [
        darkPart(rows.lowerBound, columns), darkPart(rows.upperBound - 1, columns),
        darkPart(rows, columns.lowerBound), darkPart(rows, columns.upperBound - 1),
      ]
      let worst = sides.indices.max { sides[$0] < sides[$1] } ?? 0
      guard sides[worst] > 0.05 else { return }
      switch worst {
      case 0: rows = rows.dropFirst()
      case 1: rows = rows.dropLast()
      case 2: columns = columns.dropFirst()
      default: columns = columns.dropLast()
      }
    }
    return nil
  }

  /// The extent, [rows, columns].
  public var shape: Shape2D { Shape2D(rows: rows.count, columns: columns.count) }

  /// The region moved by whole pixels, as far as an image reaches.
  func moved(rows down: Int, columns right: Int, within image: Shape2D) -> PixelRegion {
    let down = min(max(down, -rows.lowerBound), image.rows - rows.upperBound)
    let right = min(max(right, -columns.lowerBound), image.columns - columns.upperBound)
    return PixelRegion(
      rows: rows.lowerBound + down..<rows.upperBound + down,
      columns: columns.lowerBound + right..<columns.upperBound + right
    )
  }

  /// The pixels of an image inside the region.
  func cut(from image: ComplexImage) -> ComplexImage {
    var pixels: [Complex64] = []
    pixels.reserveCapacity(shape.count)
    for row in rows {
      let start = row * image.shape.columns
      pixels += image.values[start + columns.lowerBound..<start + columns.upperBound]
    }
    return ComplexImage(shape: shape, values: pixels)
  }
}
