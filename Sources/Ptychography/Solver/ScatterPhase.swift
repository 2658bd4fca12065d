// SPDX-License-Identifier: BSD-3-Clause

package import FourierTransform
package import Imaging

/// An object whose contrast can be turned in phase, fine detail apart from coarse.
///
/// The object is a mean m, taken for the light that goes through unscattered, and what is scattered,
/// O = m + F⁻¹[S(q)]. A turn multiplies S by e^{iα h(q)}, with h rising from 0 to 1 about a radius.
package struct ScatterPhase {
  private let plan: FourierPlan2D
  private let isLit: [Bool]
  private let original: [Complex64]
  private let mean: Complex64
  private var spectrum: ComplexImage

  /// Takes an object apart.
  ///
  /// - Parameters:
  ///   - object: The transmission, [row, column].
  ///   - isLit: Whether each pixel is lit; others stay as they are.
  ///   - plan: Transforms of the object's shape.
  package init(_ object: ComplexImage, isLit: [Bool], plan: FourierPlan2D) {
    precondition(isLit.count == object.shape.count && plan.shape == object.shape)
    self.plan = plan
    self.isLit = isLit
    original = object.values
    var (real, imaginary, count) = (0.0, 0.0, 0.0)
    for i in isLit.indices where isLit[i] {
      real += Double(object.values[i].re)
      imaginary += Double(object.values[i].im)
      count += 1
    }
    mean = count > 0 ? Complex64(Float(real / count), Float(imaginary / count)) : .one
    spectrum = ComplexImage(shape: object.shape)
    for i in isLit.indices where isLit[i] { spectrum.values[i] = object.values[i] - mean }
    plan.forwardUnitary(&spectrum)
  }

  /// Turns what is finer than a radius for good.
  package mutating func turn(beyond radius: Double, by angle: Double) {
    spectrum = turned(beyond: radius, by: angle)
  }

  /// The object with what is finer than a radius, cycles per pixel, turned by an angle.
  package func object(beyond radius: Double = 0, by angle: Double = 0) -> [Complex64] {
    var scattered = angle == 0 ? spectrum : turned(beyond: radius, by: angle)
    plan.inverseUnitary(&scattered)
    return original.indices.map { isLit[$0] ? mean + scattered.values[$0] : original[$0] }
  }

  private func turned(beyond radius: Double, by angle: Double) -> ComplexImage {
    var result = spectrum
    let (rows, columns) = (spectrum.shape.rows, spectrum.shape.columns)
    for row in 0..<rows {
      let y = Double(row <= rows / 2 ? row : row - rows) / Double(rows)
      for column in 0..<columns {
        let x = Double(column <= columns / 2 ? column : column - columns) / Double(columns)
        let part = Self.part((x * x + y * y).squareRoot(), of: radius)
        guard part > 0 else { continue }
        let factor = Complex64(modulus: 1, phase: Float(angle * part))
        result[row, column] = result[row, column] * factor
      }
    }
    return result
  }

  /// 0 below 0.7 of the radius, 1 above 1.3 of it, smooth between.
  private static func part(_ q: Double, of radius: Double) -> Double {
    guard radius > 0 else { return 1 }
    let t = min(max((q / radius - 0.7) / 0.6, 0), 1)
    return t * t * (3 - 2 * t)
  }
}
