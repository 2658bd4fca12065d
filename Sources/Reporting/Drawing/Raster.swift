// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The coloured pixels of an image, and how large they are shown.
struct Raster {
  /// The extent, [rows, columns].
  let shape: Shape2D
  /// The pixels as 0x00RRGGBB, row after row.
  let words: [UInt32]

  init(shape: Shape2D, words: [UInt32]) {
    precondition(words.count == shape.count, "pixels do not match the shape \(shape)")
    self.shape = shape
    self.words = words
  }

  /// The longest side that is worth showing pixel by pixel.
  private static let longestSide = 1600
  /// The side that a person can look at without a lens.
  private static let shortestSide = 500

  private var side: Int { max(shape.rows, shape.columns, 1) }

  /// How many pixels of the picture a pixel of the image is wide and high.
  var magnification: Int { (Self.shortestSide + side - 1) / side }

  /// How many pixels of the image along each axis are shown as one, 1 unless it is very large.
  var reduction: Int { (side + Self.longestSide - 1) / Self.longestSide }

  /// How many pixels of the picture show one pixel of the image.
  var scale: Double { Double(magnification) / Double(reduction) }

  /// The extent on the picture.
  var extent: Extent {
    let factor = Double(magnification)
    let columns = (shape.columns + reduction - 1) / reduction
    let rows = (shape.rows + reduction - 1) / reduction
    return Extent(width: factor * Double(columns), height: factor * Double(rows))
  }

  /// The mean colours of blocks of `reduction`² pixels.
  var reduced: Raster {
    let block = reduction
    guard block > 1 else { return self }
    let small = Shape2D(
      rows: (shape.rows + block - 1) / block,
      columns: (shape.columns + block - 1) / block
    )
    var means: [UInt32] = []
    means.reserveCapacity(small.count)
    for row in 0..<small.rows {
      for column in 0..<small.columns {
        means.append(meanColor(row * block, column * block, block))
      }
    }
    return Raster(shape: small, words: means)
  }

  private func meanColor(_ firstRow: Int, _ firstColumn: Int, _ block: Int) -> UInt32 {
    var sums = SIMD4<UInt32>.zero
    for row in firstRow..<min(firstRow + block, shape.rows) {
      for column in firstColumn..<min(firstColumn + block, shape.columns) {
        let word = words[row * shape.columns + column]
        sums &+= SIMD4(word >> 16 & 255, word >> 8 & 255, word & 255, 1)
      }
    }
    let means = (sums &+ SIMD4(repeating: sums.w / 2)) / SIMD4(repeating: sums.w)
    return means.x << 16 | means.y << 8 | means.z
  }
}
