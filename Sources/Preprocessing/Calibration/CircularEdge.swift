// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The circle along which a picture changes from one level to another.
///
/// Along each of many rays the level just inside and just outside is taken, carried on to the edge
/// by how levels fall on the whole, and between them the edge is put where a sharp step of these
/// levels would enclose the same sum: counts are conserved, so noise and the pixels' size do not
/// move it. A circle is fitted to the edges of all rays,
/// r(φ) = R + a cos φ + b sin φ, without those further off than three robust standard deviations,
/// and moved there until it stays. The uncertainty is that of the fit when each ninth of the turn
/// is left out once (jackknife), and 0.04 pixels.
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
    let low = radius - search.gap
    let high = radius + search.gap
    let inner = max(low - search.window, 0.5)
    let rays = (0..<search.rays).map { ray -> Ray in
      let angle = 2 * Double.pi * Double(ray) / Double(search.rays)
      func mean(_ a: Double, _ b: Double) -> Double {
        Self.mean(of: image, from: a, to: b, middle, sine(angle), cosine(angle))
      }
      let (inside, outside) = ((inner + low) / 2, high + search.window / 2)
      return Ray(
        angle: angle,
        inside: SIMD2(mean(inner, inside), mean(inside, low)),
        between: mean(low, high),
        outside: SIMD2(mean(high, outside), mean(outside, high + search.window))
      )
    }
    // The levels fall off with the radius: what they are next to the edge follows from how they
    // fall over all rays. A single ray's own slope would be noise.
    let usable = rays.filter { $0.inside.sum().isFinite && $0.outside.sum().isFinite }
    let inside = usable.reduce(SIMD2<Double>.zero) { $0 + $1.inside }
    let outside = usable.reduce(SIMD2<Double>.zero) { $0 + $1.outside }
    let insideFactor = levelFactor(far: inside.x, near: inside.y, (low - inner), search)
    let outsideFactor = levelFactor(far: outside.y, near: outside.x, search.window, search)
    return rays.compactMap { ray in
      let within = insideFactor * ray.inside.sum() / 2
      let beyond = outsideFactor * ray.outside.sum() / 2
      let step = within - beyond
      guard step.isFinite, ray.between.isFinite, search.isBrightInside == (step > 0) else {
        return nil
      }
      let part = (ray.between - beyond) / step
      return (0...1).contains(part) ? (ray.angle, low + part * (high - low)) : nil
    }
  }

  /// The means along one ray.
  private struct Ray {
    var angle: Double
    /// Of the far and the near half of the inner window.
    var inside: SIMD2<Double>
    var between: Double
    /// Of the near and the far half of the outer window.
    var outside: SIMD2<Double>
  }

  /// What turns the mean of a window into that half-way between the edge and the gap's end.
  private static func levelFactor(
    far: Double,
    near: Double,
    _ window: Double,
    _ search: Search
  ) -> Double {
    guard far > 0, near > 0, window > 0 else { return 1 }
    // From half to half of the window the level changes by near/far; it has to be carried on
    // from the window's middle to the middle of the half gap.
    let distance = (window / 2 + search.gap / 2) / (window / 2)
    return min(max(exponential(distance * naturalLogarithm(near / far)), 0.5), 2)
  }

  private static func mean(
    of image: Image,
    from low: Double,
    to high: Double,
    _ middle: PicturePosition,
    _ dy: Double,
    _ dx: Double
  ) -> Double {
    let samples = max(2, Int(((high - low) / 0.25).rounded()))
    let width = (high - low) / Double(samples)
    var sum = 0.0
    var count = 0
    for i in 0..<samples {
      let r = low + (Double(i) + 0.5) * width
      let value = interpolate(image, row: middle.row + r * dy, column: middle.column + r * dx)
      if value.isNaN { continue }
      sum += value
      count += 1
    }
    return 2 * count >= samples ? sum / Double(count) : .nan
  }

  private static func fit(
    _ edges: [(angle: Double, radius: Double)],
    about middle: PicturePosition,
    rays: Int
  ) -> CircularEdge? {
    var kept = edges
    var fitted: [Double] = []
    for round in 0..<3 {
      guard kept.count > 8, let circle = circle(through: kept) else { return nil }
      fitted = circle
      if round == 2 { break }
      let residuals = kept.map { residual($0, fitted) }
      let spread = max(RobustStatistics.spread(residuals, about: 0), 1e-6)
      kept = zip(kept, residuals).filter { abs($1) <= 3 * spread }.map(\.0)
    }
    // Neighbouring rays share pixels and speckle: whole blocks of them are left out in turn.
    let blocks = 9
    let without = (0..<blocks).compactMap { block in
      circle(
        through: kept.filter { Int($0.angle / (2 * .pi) * Double(blocks)) != block }
      )
    }
    guard without.count > 2 else { return nil }
    let errors = (0..<3).map { i -> Double in
      let values = without.map { $0[i] }
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let count = Double(values.count)
      return (squares * (count - 1) / count + Self.pixelError * Self.pixelError).squareRoot()
    }
    return CircularEdge(
      middle: PicturePosition(row: middle.row + fitted[1], column: middle.column + fitted[2]),
      middleUncertainty: max(errors[1], errors[2]),
      radius: CalibratedValue(fitted[0], uncertainty: errors[0]),
      coverage: Double(kept.count) / Double(rays),
      points: kept.map {
        PicturePosition(
          row: middle.row + $0.radius * sine($0.angle),
          column: middle.column + $0.radius * cosine($0.angle)
        )
      }
    )
  }

  /// What the picture's pixels leave open, pixels.
  private static let pixelError = 0.04

  private static func circle(through edges: [(angle: Double, radius: Double)]) -> [Double]? {
    var equations = NormalEquations(count: 3)
    for edge in edges {
      equations.add([1, sine(edge.angle), cosine(edge.angle)], edge.radius, weight: 1)
    }
    return equations.solve()?.unknowns
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
