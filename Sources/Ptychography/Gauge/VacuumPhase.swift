// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The plane that the phase of the vacuum in view lies in.
///
/// The slope is found from pairs of vacuum pixels at growing distances, so that nothing has to be
/// unwrapped, and then by least squares without the pixels that lie off.
struct VacuumPhase {
  /// The slope downwards, rad/pixel.
  private(set) var rampRows = 0.0
  /// The slope to the right, rad/pixel.
  private(set) var rampColumns = 0.0
  /// The phase at object pixel [0, 0], rad.
  private(set) var phase = 0.0

  /// Pixels that look like vacuum, with all four neighbours.
  ///
  /// - Parameters:
  ///   - transmission: The object.
  ///   - modulus: Of vacuum.
  ///   - trust: 1 where the object is well lit.
  /// - Returns: Whether each pixel looks like vacuum, [row, column].
  static func mask(of transmission: ComplexImage, modulus: Double, trust: Image) -> [Bool] {
    let shape = transmission.shape
    let scale = Float(1 / modulus)
    var (square, count) = (0.0, 0.0)
    let deviations = transmission.values.map { scale * $0.modulus - 1 }
    // Above the vacuum's modulus there is nothing but the upper half of its noise.
    for i in deviations.indices where trust.values[i] >= 1 && deviations[i] > 0 {
      let deviation = min(deviations[i], 0.2)
      square += Double(deviation * deviation)
      count += 1
    }
    let spread = count > 0 ? Float((square / count).squareRoot()) : 0
    let tolerance = min(max(0.02, 2.5 * spread), 0.15)
    let isNear = deviations.indices.map {
      trust.values[$0] >= 1 && abs(deviations[$0]) <= tolerance
    }
    return isNear.indices.map { i in
      let (row, column) = (i / shape.columns, i % shape.columns)
      guard isNear[i], row > 0, column > 0, row < shape.rows - 1, column < shape.columns - 1 else {
        return false
      }
      return isNear[i - 1] && isNear[i + 1] && isNear[i - shape.columns]
        && isNear[i + shape.columns]
    }
  }

  /// Fits the plane; nil where vacuum is too small a place for it.
  init?(of transmission: ComplexImage, modulus: Double, trust: Image) {
    let isVacuum = Self.mask(of: transmission, modulus: modulus, trust: trust)
    let shape = transmission.shape
    guard isVacuum.count(where: { $0 }) >= 25 else { return nil }
    for stride in [1, 4, 16, 64] {
      rampRows += step(transmission, isVacuum, down: stride, right: 0) / Double(stride)
      rampColumns += step(transmission, isVacuum, down: 0, right: stride) / Double(stride)
    }
    var points: [Point] = []
    for row in 0..<shape.rows {
      for column in 0..<shape.columns where isVacuum[row * shape.columns + column] {
        points.append(
          Point(row: row, column: column, value: flat(transmission[row, column], row, column))
        )
      }
    }
    for _ in 0..<2 { points = refine(points) }
  }

  private struct Point {
    var row: Int
    var column: Int
    /// With the slope so far taken off.
    var value: SIMD2<Double>
  }

  /// A pixel with the present slope taken off.
  private func flat(_ value: Complex64, _ row: Int, _ column: Int) -> SIMD2<Double> {
    let angle = -(rampRows * Double(row) + rampColumns * Double(column))
    let (re, im) = (Double(value.re), Double(value.im))
    let (c, s) = (cosine(angle), sine(angle))
    return SIMD2(re * c - im * s, re * s + im * c)
  }

  /// The mean phase step over a distance that the present slope leaves, 0 where pairs are few.
  private func step(
    _ transmission: ComplexImage,
    _ isVacuum: [Bool],
    down: Int,
    right: Int
  ) -> Double {
    let shape = transmission.shape
    let known = rampRows * Double(down) + rampColumns * Double(right)
    var (re, im, pairs) = (0.0, 0.0, 0)
    for row in 0..<max(0, shape.rows - down) {
      for column in 0..<max(0, shape.columns - right) {
        let i = row * shape.columns + column
        let j = i + down * shape.columns + right
        guard isVacuum[i], isVacuum[j] else { continue }
        let product = transmission.values[j] * transmission.values[i].conjugate
        re += Double(product.re)
        im += Double(product.im)
        pairs += 1
      }
    }
    guard pairs >= 20 else { return 0 }
    let angle = arcTangent2(im, re) - known
    return angle - 2 * .pi * (angle / (2 * .pi)).rounded()
  }

  /// Moves the plane by least squares and leaves out what lies off it.
  private mutating func refine(_ points: [Point]) -> [Point] {
    var mean = SIMD2<Double>.zero
    var center = SIMD2<Double>.zero
    for point in points {
      mean += point.value
      center += SIMD2(Double(point.row), Double(point.column))
    }
    center /= Double(points.count)
    let middle = arcTangent2(mean.y, mean.x)
    let angles = points.map { point -> Double in
      let angle = arcTangent2(point.value.y, point.value.x) - middle
      return angle - 2 * .pi * (angle / (2 * .pi)).rounded()
    }
    var (rr, rc, cc, ra, ca, sum) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for (point, angle) in zip(points, angles) {
      let (r, c) = (Double(point.row) - center.x, Double(point.column) - center.y)
      rr += r * r
      rc += r * c
      cc += c * c
      ra += r * angle
      ca += c * angle
      sum += angle
    }
    let determinant = rr * cc - rc * rc
    var slope = SIMD2<Double>.zero
    if determinant > 1e-3 * rr * cc, rr * cc > 0 {
      slope = SIMD2((cc * ra - rc * ca) / determinant, (rr * ca - rc * ra) / determinant)
    }
    let offset = sum / Double(points.count)
    rampRows += slope.x
    rampColumns += slope.y
    phase = middle + offset - (slope * center).sum()
    let rests = zip(points, angles).map { point, angle in
      abs(
        angle - offset - slope.x * (Double(point.row) - center.x)
          - slope.y * (Double(point.column) - center.y)
      )
    }
    let limit = max(3 * 1.4826 * rests.sorted()[rests.count / 2], 1e-3)
    let turn = slope
    return zip(points, rests).compactMap { point, rest in
      guard rest <= limit else { return nil }
      let angle = -(turn.x * Double(point.row) + turn.y * Double(point.column))
      let (c, s) = (cosine(angle), sine(angle))
      var kept = point
      kept.value = SIMD2(
        point.value.x * c - point.value.y * s,
        point.value.x * s + point.value.y * c
      )
      return kept
    }
  }
}
