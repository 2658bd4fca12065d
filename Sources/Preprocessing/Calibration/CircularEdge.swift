// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The circle along which a picture changes from one level to another.
///
/// Along each of many rays the level just inside and just outside is taken, and between them the
/// edge is put where a sharp step of these levels would enclose the same sum: counts are conserved,
/// so noise and the pixels' size do not move it. A circle is fitted to the edges of all rays,
/// r(φ) = R + a cos φ + b sin φ, without those further off than three robust standard deviations,
/// and moved there until it stays. The uncertainty is that of the fit, by the scatter of the rays.
public struct CircularEdge: Sendable {
  /// The middle of the circle.
  public var middle: PicturePosition
  /// The uncertainty of each of the middle's coordinates, pixels.
  public var middleUncertainty: Double
  /// The circle's radius, pixels.
  public var radius: CalibratedValue
  /// The part of the rays that the circle was fitted to.
  public var coverage: Double
  /// The edges along the rays that it was fitted to, pixels.
  public var points: [PicturePosition]

  /// How an edge is looked for.
  struct Search {
    /// The edge lies within so many pixels of the circle it started from.
    var gap: Double
    /// Levels are taken over so many pixels on either side of that.
    var window: Double
    /// The inner level is the higher one.
    var isBrightInside: Bool
    /// Rays, evenly spaced.
    var rays = 180
    /// The least part of the rays on which an edge has to be found.
    var leastCoverage = 0.4
  }

  /// Looks for an edge about a circle.
  ///
  /// - Parameters:
  ///   - image: Means, [row, column]; NaN where not to be used.
  ///   - middle: Where the circle's middle is thought to be.
  ///   - radius: Its radius as far as is known, pixels.
  ///   - search: How far the edge may be from there.
  /// - Returns: The circle; nil where too few rays have an edge.
  static func find(
    in image: Image,
    about middle: PicturePosition,
    radius: Double,
    _ search: Search
  ) -> CircularEdge? {
    var found: CircularEdge?
    var place = middle
    var size = radius
    for _ in 0..<8 {
      let edges = edges(in: image, about: place, radius: size, search)
      guard Double(edges.count) >= search.leastCoverage * Double(search.rays),
        let fit = fit(edges, about: place, rays: search.rays)
      else { return nil }
      let moved = max(abs(fit.middle.row - place.row), abs(fit.middle.column - place.column))
      // The start was a guess: an edge further off than the levels reach is another one.
      guard abs(fit.radius.value - radius) < search.gap + search.window else { return nil }
      place = fit.middle
      size = fit.radius.value
      found = fit
      if moved < 0.005 { break }
    }
    return found
  }

  /// The distance of the edge from the middle along each ray that has one.
  private static func edges(
    in image: Image,
    about middle: PicturePosition,
    radius: Double,
    _ search: Search
  ) -> [(angle: Double, radius: Double)] {
    let step = 0.25
    let low = radius - search.gap
    let high = radius + search.gap
    let inner = max(low - search.window, 0.5)
    var edges: [(angle: Double, radius: Double)] = []
    for ray in 0..<search.rays {
      let angle = 2 * Double.pi * Double(ray) / Double(search.rays)
      let (dy, dx) = (sine(angle), cosine(angle))
      func mean(_ range: Range<Double>) -> Double {
        var sum = 0.0
        var count = 0
        let samples = max(1, Int(((range.upperBound - range.lowerBound) / step).rounded()))
        let width = (range.upperBound - range.lowerBound) / Double(samples)
        for i in 0..<samples {
          let r = range.lowerBound + (Double(i) + 0.5) * width
          let value = interpolate(image, row: middle.row + r * dy, column: middle.column + r * dx)
          if value.isNaN { continue }
          sum += value
          count += 1
        }
        return 2 * count >= samples ? sum / Double(count) : .nan
      }
      let inside = mean(inner..<low)
      let outside = mean(high..<high + search.window)
      let between = mean(low..<high)
      let step = inside - outside
      guard step.isFinite, between.isFinite, search.isBrightInside == (step > 0) else { continue }
      let part = (between - outside) / step
      guard (0...1).contains(part) else { continue }
      edges.append((angle, low + part * (high - low)))
    }
    return edges
  }

  private static func fit(
    _ edges: [(angle: Double, radius: Double)],
    about middle: PicturePosition,
    rays: Int
  ) -> CircularEdge? {
    var kept = edges
    var fitted: [Double] = []
    var covariance: [Double] = []
    for round in 0..<3 {
      var equations = NormalEquations(count: 3)
      for edge in kept {
        equations.add([1, sine(edge.angle), cosine(edge.angle)], edge.radius, weight: 1)
      }
      guard kept.count > 8, let solution = equations.solve() else { return nil }
      fitted = solution.unknowns
      covariance = solution.covariance
      if round == 2 { break }
      let residuals = kept.map { residual($0, fitted) }
      let spread = max(RobustStatistics.spread(residuals, about: 0), 1e-6)
      kept = zip(kept, residuals).filter { abs($1) <= 3 * spread }.map(\.0)
    }
    let squares = kept.reduce(0) { $0 + residual($1, fitted) * residual($1, fitted) }
    // Neighbouring rays share pixels and speckle: a third of them is worth counting.
    let variance = 3 * squares / Double(max(kept.count - 3, 1))
    return CircularEdge(
      middle: PicturePosition(row: middle.row + fitted[1], column: middle.column + fitted[2]),
      middleUncertainty: (variance * max(covariance[4], covariance[8])).squareRoot(),
      radius: CalibratedValue(
        fitted[0],
        uncertainty: (variance * covariance[0]).squareRoot()
      ),
      coverage: Double(kept.count) / Double(rays),
      points: kept.map {
        PicturePosition(
          row: middle.row + $0.radius * sine($0.angle),
          column: middle.column + $0.radius * cosine($0.angle)
        )
      }
    )
  }

  private static func residual(
    _ edge: (angle: Double, radius: Double),
    _ fit: [Double]
  ) -> Double {
    edge.radius - fit[0] - fit[1] * sine(edge.angle) - fit[2] * cosine(edge.angle)
  }

  /// The picture between its pixels, bilinear; NaN off the picture or beside an unused pixel.
  private static func interpolate(_ image: Image, row: Double, column: Double) -> Double {
    let (top, left) = (Int(row.rounded(.down)), Int(column.rounded(.down)))
    guard top >= 0, left >= 0, top + 1 < image.shape.rows, left + 1 < image.shape.columns else {
      return .nan
    }
    let (v, u) = (row - Double(top), column - Double(left))
    let above = (1 - u) * Double(image[top, left]) + u * Double(image[top, left + 1])
    let below = (1 - u) * Double(image[top + 1, left]) + u * Double(image[top + 1, left + 1])
    return (1 - v) * above + v * below
  }
}
