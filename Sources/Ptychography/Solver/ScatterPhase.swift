// SPDX-License-Identifier: BSD-3-Clause

package import FourierTransform
package import Imaging

/// An object whose contrast can be turned in phase or moved, fine detail apart from coarse.
///
/// The object is a mean m, taken for the light that goes through unscattered, and what is scattered,
/// O = m + F⁻¹[S(q)]. A turn multiplies S by e^{i h(q) (α − 2π q·d)}, with h rising from 0 to 1 about
/// a radius.
package struct ScatterPhase {
  /// What is done to the scattered light.
  package struct Turn: Sendable, Hashable {
    /// What is finer than this is turned, cycles per pixel.
    package var radius: Double
    /// α, rad.
    package var angle: Double
    /// d, pixels.
    package var rows: Double
    /// d, pixels.
    package var columns: Double

    /// Makes a turn, by default of nothing.
    package init(beyond radius: Double, angle: Double = 0, rows: Double = 0, columns: Double = 0) {
      self.radius = radius
      self.angle = angle
      self.rows = rows
      self.columns = columns
    }
  }

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

  /// Turns the scattered light for good.
  package mutating func apply(_ turn: Turn) { spectrum = turned(by: turn) }

  /// The object as it is, or with its scattered light turned.
  package func object(with turn: Turn? = nil) -> [Complex64] {
    var scattered = turn.map(turned) ?? spectrum
    plan.inverseUnitary(&scattered)
    return original.indices.map { isLit[$0] ? mean + scattered.values[$0] : original[$0] }
  }

  private func turned(by turn: Turn) -> ComplexImage {
    var result = spectrum
    let (rows, columns) = (spectrum.shape.rows, spectrum.shape.columns)
    for row in 0..<rows {
      let y = Double(row <= rows / 2 ? row : row - rows) / Double(rows)
      for column in 0..<columns {
        let x = Double(column <= columns / 2 ? column : column - columns) / Double(columns)
        let part = Self.part((x * x + y * y).squareRoot(), of: turn.radius)
        guard part > 0 else { continue }
        let angle = turn.angle - 2 * Double.pi * (y * turn.rows + x * turn.columns)
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
