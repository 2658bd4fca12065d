// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Sums over rings or shells of equal spatial frequency, of two transforms with DC at the corner.
struct RingSums {
  /// The largest extent, whose inverse is the distance of the rings.
  let size: Int
  /// Σ F₁ F₂* of each ring.
  private(set) var product: [(re: Double, im: Double)]
  /// Σ |F₁|² of each ring.
  private(set) var firstPower: [Double]
  /// Σ |F₂|² of each ring.
  private(set) var secondPower: [Double]
  /// The number of Fourier pixels of each ring.
  private(set) var counts: [Int]

  /// Gathers all rings up to half a cycle per pixel.
  ///
  /// - Parameters:
  ///   - first: The first transform, [extents], the last running fastest.
  ///   - second: The second transform, the same extents.
  ///   - extents: Three extents, slowest first; 1 for an axis that is not there.
  init(_ first: Span<Complex64>, _ second: Span<Complex64>, extents: [Int]) {
    precondition(first.count == second.count, "the transforms differ in size")
    size = extents.max() ?? 1
    let rings = size / 2 + 1
    product = [(re: Double, im: Double)](repeating: (0, 0), count: rings)
    firstPower = [Double](repeating: 0, count: rings)
    secondPower = firstPower
    counts = [Int](repeating: 0, count: rings)
    // Squared distances from the centre along each axis, in rings.
    let squares = extents.map { extent in
      (0..<extent).map { index in
        let signed = index <= extent / 2 ? index : index - extent
        let place = Double(signed) * Double(size) / Double(extent)
        return place * place
      }
    }
    var i = 0
    for slowest in squares[0] {
      for middle in squares[1] {
        for fastest in squares[2] {
          let ring = Int((slowest + middle + fastest).squareRoot() + 0.5)
          if ring < rings { add(first[i], second[i], to: ring) }
          i += 1
        }
      }
    }
  }

  private mutating func add(_ a: Complex64, _ b: Complex64, to ring: Int) {
    let (ar, ai, br, bi) = (Double(a.re), Double(a.im), Double(b.re), Double(b.im))
    product[ring].re += ar * br + ai * bi
    product[ring].im += ai * br - ar * bi
    firstPower[ring] += ar * ar + ai * ai
    secondPower[ring] += br * br + bi * bi
    counts[ring] += 1
  }
}
