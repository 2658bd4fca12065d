// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// Random periodic images of a given spectrum.
enum FourierNoise {
  /// Complex noise of unit variance, its transform times a factor for each spatial frequency.
  static func complex(
    shape: Shape2D,
    seed: UInt64,
    factor: (_ frequency: Double) -> Double = { _ in 1 }
  ) -> ComplexImage {
    var generator = SeededGenerator(seed: seed)
    var image = ComplexImage(
      shape: shape,
      values: (0..<shape.count).map { _ in
        let (re, im) = (generator.normal(), generator.normal())
        return Float(0.5).squareRoot() * Complex64(Float(re), Float(im))
      }
    )
    multiply(&image) { row, column in
      let value = factor((row * row + column * column).squareRoot())
      return Complex64(Float(value))
    }
    return image
  }

  /// Multiplies an image's transform by a function of the frequency along rows and columns.
  static func multiply(
    _ image: inout ComplexImage,
    by factor: (_ row: Double, _ column: Double) -> Complex64
  ) {
    let shape = image.shape
    let plan = FourierPlan2D(shape: shape, effort: .estimate)
    plan.forwardUnitary(&image)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let k = Double(row <= shape.rows / 2 ? row : row - shape.rows) / Double(shape.rows)
        let l =
          Double(column <= shape.columns / 2 ? column : column - shape.columns)
          / Double(shape.columns)
        image[row, column] = factor(k, l) * image[row, column]
      }
    }
    plan.inverseUnitary(&image)
  }

  /// The real parts, of unit variance where the complex image has it.
  static func real(_ image: ComplexImage) -> Image {
    Image(shape: image.shape, values: image.values.map { Float(2).squareRoot() * $0.re })
  }

  /// The pixelwise sum.
  static func sum(_ a: ComplexImage, _ b: ComplexImage) -> ComplexImage {
    ComplexImage(shape: a.shape, values: zip(a.values, b.values).map { $0 + $1 })
  }
}
