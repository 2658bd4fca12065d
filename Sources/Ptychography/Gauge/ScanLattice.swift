// SPDX-License-Identifier: BSD-3-Clause

package import AcquisitionModel

/// The lattice that the positions of a regular raster lie on.
///
/// A modulation of its period on the probe and the opposite one on the object change no pattern
/// (Thibault et al., Ultramicroscopy 109, 338, 2009): positions that depart from a lattice by more
/// than a small part of its step forbid it.
package struct ScanLattice: Sendable {
  /// From one point to its neighbours, in the unit of the positions.
  package let steps: [(row: Double, column: Double)]
  /// One of the points, fitted.
  package let origin: (row: Double, column: Double)
  /// The positions' rms distance from the lattice over the length of the shorter step.
  package let roughness: Double

  /// Departures, as a part of the step, up to which positions count as a lattice.
  package static let tolerance = 0.05

  /// Finds the lattice; nil where the positions lie on none or are fewer than 16.
  ///
  /// - Parameter places: Of the probe's centre, rows and columns.
  package init?(_ places: [(row: Double, column: Double)]) {
    guard places.count >= 16 else { return nil }
    let count = Double(places.count)
    let middle = (
      row: places.reduce(0) { $0 + $1.row } / count,
      column: places.reduce(0) { $0 + $1.column } / count
    )
    func distance(_ a: (row: Double, column: Double), _ b: (row: Double, column: Double)) -> Double
    {
      ((a.row - b.row) * (a.row - b.row) + (a.column - b.column) * (a.column - b.column))
        .squareRoot()
    }
    let sorted = places.sorted { distance($0, middle) < distance($1, middle) }
    let first = sorted[0]
    let near = sorted.dropFirst().map {
      (row: $0.row - first.row, column: $0.column - first.column)
    }
    .filter { distance($0, (0, 0)) > 0 }
    .sorted { distance($0, (0, 0)) < distance($1, (0, 0)) }
    guard let a = near.first,
      // The next one in another direction, by 30° at least.
      let b = near.first(where: {
        abs(a.row * $0.column - a.column * $0.row)
          > 0.5 * distance(a, (0, 0)) * distance($0, (0, 0))
      })
    else { return nil }
    // From the middle outwards, so that the number of steps to a point is known before it counts.
    var fit = LatticeFit(steps: [a, b], origin: first)
    var used = 9
    while true {
      used = min(2 * used, sorted.count)
      guard let better = LatticeFit(sorted.prefix(used), near: fit) else { return nil }
      fit = better
      if used == sorted.count { break }
    }
    let length = min(distance(fit.steps[0], (0, 0)), distance(fit.steps[1], (0, 0)))
    let square = sorted.reduce(0) { $0 + fit.departure(of: $1) }
    roughness = (square / count).squareRoot() / length
    guard roughness < Self.tolerance else { return nil }
    steps = fit.steps
    origin = fit.origin
  }

  /// The spatial frequency h, k of the lattice, rad per unit of the positions.
  package func frequency(_ h: Int, _ k: Int) -> (row: Double, column: Double) {
    let (a, b) = (steps[0], steps[1])
    let area = (a.row * b.column - a.column * b.row) / (2 * .pi)
    return (
      row: (Double(h) * b.column - Double(k) * a.column) / area,
      column: (Double(k) * a.row - Double(h) * b.row) / area
    )
  }

  /// The lattice of a scan's positions in metres, where they lie on one.
  package init?(of positions: [ScanPosition]) {
    self.init(positions.map { (row: $0.y, column: $0.x) })
  }
}

/// Steps and origin by least squares.
private struct LatticeFit {
  let steps: [(row: Double, column: Double)]
  let origin: (row: Double, column: Double)

  init(steps: [(row: Double, column: Double)], origin: (row: Double, column: Double)) {
    self.steps = steps
    self.origin = origin
  }

  /// Fits points that an earlier fit numbers; nil where they lie on a line.
  init?(_ points: some Collection<(row: Double, column: Double)>, near earlier: LatticeFit) {
    let numbered = points.map { (earlier.number(of: $0), $0) }
    let count = Double(numbered.count)
    var mean = (h: 0.0, k: 0.0, row: 0.0, column: 0.0)
    for (n, p) in numbered {
      mean.h += n.h / count
      mean.k += n.k / count
      mean.row += p.row / count
      mean.column += p.column / count
    }
    var (hh, hk, kk) = (0.0, 0.0, 0.0)
    var (hr, kr, hc, kc) = (0.0, 0.0, 0.0, 0.0)
    for (n, p) in numbered {
      let (h, k) = (n.h - mean.h, n.k - mean.k)
      let (row, column) = (p.row - mean.row, p.column - mean.column)
      hh += h * h
      hk += h * k
      kk += k * k
      hr += h * row
      kr += k * row
      hc += h * column
      kc += k * column
    }
    let determinant = hh * kk - hk * hk
    guard determinant > 1e-9 * hh * kk else { return nil }
    let a = (row: (kk * hr - hk * kr) / determinant, column: (kk * hc - hk * kc) / determinant)
    let b = (row: (hh * kr - hk * hr) / determinant, column: (hh * kc - hk * hc) / determinant)
    guard a.row * b.column != a.column * b.row else { return nil }
    steps = [a, b]
    origin = (
      row: mean.row - mean.h * a.row - mean.k * b.row,
      column: mean.column - mean.h * a.column - mean.k * b.column
    )
  }

  /// How many steps lead to a point, not rounded.
  private func coordinates(of point: (row: Double, column: Double)) -> (h: Double, k: Double) {
    let (a, b) = (steps[0], steps[1])
    let (row, column) = (point.row - origin.row, point.column - origin.column)
    let area = a.row * b.column - a.column * b.row
    return ((row * b.column - column * b.row) / area, (a.row * column - a.column * row) / area)
  }

  func number(of point: (row: Double, column: Double)) -> (h: Double, k: Double) {
    let (h, k) = coordinates(of: point)
    return (h.rounded(), k.rounded())
  }

  /// The squared distance from the nearest point of the lattice.
  func departure(of point: (row: Double, column: Double)) -> Double {
    let (a, b) = (steps[0], steps[1])
    let exact = coordinates(of: point)
    let (h, k) = (exact.h - exact.h.rounded(), exact.k - exact.k.rounded())
    let (row, column) = (h * a.row + k * b.row, h * a.column + k * b.column)
    return row * row + column * column
  }
}
