// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Testing

@Suite struct ResamplingTests {
  /// A quadratic, which cubic convolution reproduces.
  func quadratic(_ shape: Shape2D, rows: Double = 0, columns: Double = 0) -> Image {
    var image = Image(shape: shape)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let y = Double(row) - Double(shape.rows - 1) / 2 - rows
        let x = Double(column) - Double(shape.columns - 1) / 2 - columns
        image[row, column] = Float(
          1 + 0.3 * x - 0.2 * y + 0.05 * x * x - 0.04 * x * y + 0.02 * y * y
        )
      }
    }
    return image
  }

  @Test(arguments: [(0.0, 0.0), (0.3, -0.7), (-2.0, 1.0), (1.25, 0.5)])
  func quadraticsMoveExactly(rows: Double, columns: Double) {
    let shape = Shape2D(rows: 17, columns: 20)
    let small = Shape2D(rows: 8, columns: 9)
    let moved = resampled(quadratic(shape), to: small, movedByRows: rows, columns: columns)
    let expected = quadratic(small, rows: rows, columns: columns)
    for (value, reference) in zip(moved.values, expected.values) {
      #expect(abs(value - reference) < 1e-4)
    }
  }

  @Test func centresMeetWhenPaddingAndCutting() {
    var image = Image(shape: Shape2D(rows: 5, columns: 5))
    image[2, 2] = 1
    let padded = resampled(image, to: Shape2D(rows: 9, columns: 11))
    #expect(padded[4, 5] == 1)
    #expect(padded.values.reduce(0, +) == 1)
    #expect(resampled(padded, to: image.shape) == image)
  }

  @Test func whatIsNoNumberStaysAloneWhereNothingIsMixed() {
    var image = Image(shape: Shape2D(rows: 11, columns: 12), filledWith: 1)
    image[5, 6] = .nan
    for (rows, columns) in [(0.0, 0.0), (1, -2)] {
      let moved = resampled(image, to: image.shape, movedByRows: rows, columns: columns)
      #expect(moved.values.count { $0.isNaN } == 1)
      #expect(moved[5 + Int(rows), 6 + Int(columns)].isNaN)
    }
  }

  @Test func aDoubtfulPixelSpoilsWhatIsMixedFromIt() {
    var trust = Image(shape: Shape2D(rows: 9, columns: 9), filledWith: 1)
    trust[4, 4] = 0
    let moved = resampled(
      trust,
      to: trust.shape,
      movedByRows: 0.5,
      columns: 0,
      interpolation: .minimum
    )
    for row in 3...6 { #expect(moved[row, 4] == 0) }
    #expect(moved[4, 3] == 1)
    #expect(moved[2, 4] == 1)
  }
}
