// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Weights that turn six equally spaced samples into the mean of a smooth function over a pixel.
///
/// The mean over the pixel's width of the quintic polynomial through the six samples around it
/// (Lagrange; integrated exactly by three Gauss points), tabulated by the pixel's place between
/// the two middle samples.
struct PixelInterpolation: Sendable {
  static let taps = 6
  /// Places between two samples that are told apart.
  static let phases = 256
  /// Weights, [phase, 8], six in use.
  private(set) var weights: [Float]

  /// Tabulates the weights for pixels of `width` sample spacings.
  init(width: Double) {
    weights = [Float](repeating: 0, count: Self.phases * 8)
    let gauss: [(place: Double, weight: Double)] = [
      (-(0.6 as Double).squareRoot() / 2, 5.0 / 18), (0, 8.0 / 18),
      ((0.6 as Double).squareRoot() / 2, 5.0 / 18),
    ]
    for phase in 0..<Self.phases {
      let middle = (Double(phase) + 0.5) / Double(Self.phases) + 2
      for tap in 0..<Self.taps {
        let mean = gauss.reduce(0) {
          $0 + $1.weight * Self.lagrange(tap, at: middle + width * $1.place)
        }
        weights[phase * 8 + tap] = Float(mean)
      }
    }
  }

  /// One value of a complex field between its samples, averaged over a pixel, at [y, x].
  func interpolate(_ field: ComplexImage, x: Double, y: Double) -> Complex64 {
    let column = Self.packed(x)
    let row = Self.packed(y)
    let weights = weights.span
    let samples = field.values.span
    let columns = field.shape.columns
    var total = Complex64.zero
    for j in 0..<Self.taps {
      var line = Complex64.zero
      let start = (Int(row >> 8) + j) * columns + Int(column >> 8)
      for i in 0..<Self.taps {
        line += weights[Int(column & 255) * 8 + i] * samples[start + i]
      }
      total += weights[Int(row & 255) * 8 + j] * line
    }
    return total
  }

  /// Where the six samples of a place start, and the phase, packed as start · 256 + phase.
  static func packed(_ place: Double) -> UInt32 {
    let fine = (place * Double(phases)).rounded(.down)
    return UInt32(max(Int(fine) - 2 * phases, 0))
  }

  /// The polynomial that is 1 at sample `tap` of 0...5 and 0 at the others.
  private static func lagrange(_ tap: Int, at x: Double) -> Double {
    (0..<taps).reduce(1) { product, other in
      other == tap ? product : product * (x - Double(other)) / Double(tap - other)
    }
  }
}
