// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// The photon transfer: how the variance of weakly lit pixels rises with their mean.
///
/// Where photons alone make a pixel vary, its variance over the frames is g times its mean. In a
/// scan speckle moves over it as well and makes it vary far more; but two pixels side by side see
/// the same speckle, which spreads over several, and half the variance of their difference has the
/// noise and the photons only. What is left of the speckle goes with the square of the mean, which
/// is fitted along.
public struct PhotonTransfer: Sendable {
  /// The left pixel of each pair, as row · columns + column, weakest light first.
  private let pixels: [Int32]
  private var counts: [Double]
  private var sums: [Double]
  private var differences: [Double]
  private var squares: [Double]
  private var frameCount = 0

  /// Chooses the pairs: weakly lit pixels and those to their right.
  ///
  /// - Parameters:
  ///   - histogram: Says which pixels are weakly lit.
  ///   - mean: The same frames; they tell the light around each pixel. By its own mean it would be
  ///     ordered by its dark's error.
  public init(_ histogram: PhotonHistogram, mean: MeanPicture) {
    let weak = Set(histogram.pixels)
    let columns = Int32(mean.shape.columns)
    let around = mean.exceedancePart(reach: 4)
    pixels = histogram.pixels.filter { ($0 + 1) % columns != 0 && weak.contains($0 + 1) }
      .sorted { (around[Int($0)], $0) < (around[Int($1)], $1) }
    counts = [Double](repeating: 0, count: pixels.count)
    sums = counts
    differences = counts
    squares = counts
  }

  /// Adds a cleaned picture, [row, column], ADU.
  public mutating func add(_ picture: Image) {
    frameCount += 1
    let values = picture.values.span
    for (pair, pixel) in pixels.enumerated() {
      let (a, b) = (Double(values[Int(pixel)]), Double(values[Int(pixel) + 1]))
      guard a.isFinite, b.isFinite else { continue }
      counts[pair] += 1
      sums[pair] += (a + b) / 2
      differences[pair] += a - b
      squares[pair] += (a - b) * (a - b)
    }
  }

  /// ADU for one photon: the slope of variance over mean at the mean zero; nil where frames or
  /// pixels are too few.
  var gain: CalibratedValue? {
    guard frameCount >= 16, pixels.count >= 2000 else { return nil }
    let points = pixels.indices.filter { counts[$0] >= 8 }.map { i in
      let n = counts[i]
      let variance = (squares[i] - differences[i] * differences[i] / n) / (2 * (n - 1))
      return (mean: sums[i] / n, variance: variance)
    }
    // Means of groups: single variances scatter far too much to be weighed by themselves.
    let groups = 20
    var rows: [(mean: Double, variance: Double, error: Double)] = []
    for group in 0..<groups {
      let part = points[
        group * points.count / groups..<(group + 1) * points.count / groups
      ]
      let n = Double(part.count)
      let m = part.reduce(0) { $0 + $1.mean } / n
      let v = part.reduce(0) { $0 + $1.variance } / n
      let spread = part.reduce(0) { $0 + ($1.variance - v) * ($1.variance - v) } / (n - 1)
      rows.append((m, v, (spread / n).squareRoot()))
    }
    let powers = [2, 1].map { Self.slope(rows, highestPower: $0) }
    guard let best = powers[0], let straight = powers[1], best.value > 0 else { return nil }
    // How much the slope hangs on what is taken for the speckle's share.
    let model = (best.value - straight.value) / 2
    return CalibratedValue(
      best.value,
      uncertainty: (best.uncertainty * best.uncertainty + model * model).squareRoot()
    )
  }

  /// The slope at the mean zero of a polynomial through groups.
  private static func slope(
    _ rows: [(mean: Double, variance: Double, error: Double)],
    highestPower: Int
  ) -> CalibratedValue? {
    func terms(_ mean: Double) -> [Double] {
      highestPower == 2 ? [1, mean, mean * mean] : [1, mean]
    }
    let rows = rows.filter { $0.error > 0 }
    var equations = NormalEquations(count: highestPower + 1)
    for row in rows {
      equations.add(terms(row.mean), row.variance, weight: 1 / (row.error * row.error))
    }
    guard let solution = equations.solve() else { return nil }
    let chiSquare =
      rows.reduce(0.0) { sum, row in
        let fitted = zip(solution.unknowns, terms(row.mean)).reduce(0) { $0 + $1.0 * $1.1 }
        return sum + (row.variance - fitted) * (row.variance - fitted) / (row.error * row.error)
      } / Double(max(rows.count - highestPower - 1, 1))
    let variance = solution.covariance[highestPower + 2] * max(chiSquare, 1)
    return CalibratedValue(solution.unknowns[1], uncertainty: variance.squareRoot())
  }
}
