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
  /// Squared distances from the centre along each axis, rings².
  private let squares: [[Double]]

  /// Starts with rings up to half a cycle per pixel, all empty.
  ///
  /// - Parameter extents: Three extents, slowest first; 1 for an axis that is not there.
  init(extents: [Int]) {
    let size = extents.max() ?? 1
    self.size = size
    let rings = size / 2 + 1
    product = [(re: Double, im: Double)](repeating: (0, 0), count: rings)
    firstPower = [Double](repeating: 0, count: rings)
    secondPower = firstPower
    counts = [Int](repeating: 0, count: rings)
    squares = extents.map { extent in
      (0..<extent).map { index in
        let signed = index <= extent / 2 ? index : index - extent
        let place = Double(signed) * Double(size) / Double(extent)
        return place * place
      }
    }
  }

  /// Gathers all rings up to half a cycle per pixel.
  ///
  /// - Parameters:
  ///   - first: The first transform, [extents], the last running fastest.
  ///   - second: The second transform, the same extents.
  ///   - extents: Three extents, slowest first; 1 for an axis that is not there.
  init(_ first: Span<Complex64>, _ second: Span<Complex64>, extents: [Int]) {
    precondition(first.count == second.count, "the transforms differ in size")
    self.init(extents: extents)
    var i = 0
    for slowest in squares[0] {
      for middle in squares[1] {
        for fastest in squares[2] {
          let ring = Int((slowest + middle + fastest).squareRoot() + 0.5)
          if ring < counts.count { add(first[i], second[i], to: ring) }
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

  /// Adds a plane of the transform of two real volumes, and the plane at −k with it.
  ///
  /// - Parameters:
  ///   - plane: Z(k), the transform of first + i second at one place k along the last axis,
  ///     [the other two extents].
  ///   - mirrored: The plane at −k; the same again where k is 0 or half of the last extent.
  ///   - place: k, 0 to half of the last extent.
  mutating func add(_ plane: Span<Complex64>, _ mirrored: Span<Complex64>, plane place: Int) {
    let (rows, columns) = (squares[0].count, squares[1].count)
    precondition(plane.count == rows * columns && mirrored.count == plane.count)
    // A plane that is its own mirror holds k and −k both.
    let copies = (2 * place) % squares[2].count == 0 ? 1 : 2
    let (weight, depth) = (Double(copies), squares[2][place])
    let across = squares[1]
    for row in 0..<rows {
      let distance = squares[0][row] + depth
      let (start, mirror) = (row * columns, (rows - row) % rows * columns)
      for column in 0..<columns {
        let ring = Int((distance + across[column]).squareRoot() + 0.5)
        guard ring < counts.count else { continue }
        let z = plane[start + column]
        let m = mirrored[mirror + (columns - column) % columns]
        let (ar, ai) = (Double(z.re + m.re), Double(z.im - m.im))
        let (br, bi) = (Double(z.im + m.im), Double(m.re - z.re))
        product[ring].re += weight * (ar * br + ai * bi)
        firstPower[ring] += weight * (ar * ar + ai * ai)
        secondPower[ring] += weight * (br * br + bi * bi)
        counts[ring] += copies
      }
    }
  }
}
