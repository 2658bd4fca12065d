// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// One peak h · exp(−(x − m)² / 2 s²).
public struct GaussianPeak: Sendable, Hashable {
  /// m, in the unit of the positions.
  public var center: Double
  /// s, the standard deviation, in the unit of the positions.
  public var width: Double
  /// h, in the unit of the heights.
  public var height: Double
  /// The standard error of the centre, from the scatter of the heights about the fit.
  public var centerError: Double

  /// The full width at half maximum.
  public var fullWidthAtHalfMaximum: Double { width * (8 * naturalLogarithm(2.0)).squareRoot() }
  /// The area under the peak.
  public var area: Double { height * width * (2 * Double.pi).squareRoot() }

  /// The peak's value at a position.
  public func value(at position: Double) -> Double {
    let z = (position - center) / width
    return height * exponential(-z * z / 2)
  }
}

/// The sum of two Gaussians that lies nearest to a histogram by least squares.
///
/// Levenberg-Marquardt (Marquardt, J. Soc. Ind. Appl. Math. 11, 431 (1963),
/// doi 10.1137/0111030) with the diagonal of the normal equations as damping, from the two classes
/// into which Otsu's criterion parts the histogram. The same histogram gives the same fit.
public struct TwoGaussianFit: Sendable, Hashable {
  /// The peak at the smaller position; which phase that is in a polar histogram `PhasePeaks` says.
  public let low: GaussianPeak
  /// The peak at the larger position.
  public let high: GaussianPeak
  /// Σ (data − fit)² / Σ data².
  public let rFactor: Double
  /// The steps that it took.
  public let iterationCount: Int

  /// The fit's value at a position.
  public func value(at position: Double) -> Double {
    low.value(at: position) + high.value(at: position)
  }

  /// Fits two Gaussians; nil where there are fewer than eight filled bins or only one peak.
  ///
  /// - Parameters:
  ///   - positions: Where the bins stand, evenly, in rising order.
  ///   - heights: What is in them.
  public init?(positions: [Double], heights: [Double]) {
    precondition(positions.count == heights.count, "positions and heights differ in length")
    guard heights.count(where: { $0 > 0 }) >= 8, heights.allSatisfy(\.isFinite) else { return nil }
    guard var parameters = Self.start(positions, heights) else { return nil }
    let data = GaussianPair(positions: positions, heights: heights)
    var system = data.normalEquations(at: parameters)
    var damping = 1e-3
    var iteration = 0
    while iteration < 500, damping < 1e12 {
      iteration += 1
      var damped = system.matrix
      for i in 0..<6 { damped[i][i] += damping * max(damped[i][i], 1e-30) }
      guard let step = solvedSystem(damped, system.gradient) else { break }
      let trial = zip(parameters, step).map { $0 + $1 }
      let next = data.normalEquations(at: trial)
      if next.error.isFinite, next.error <= system.error {
        let isSettled = system.error - next.error <= 1e-14 * system.error
        (parameters, system) = (trial, next)
        damping = max(damping / 10, 1e-12)
        if isSettled { break }
      } else {
        damping *= 10
      }
    }
    iterationCount = iteration

    let errors = Self.standardErrors(system, sampleCount: positions.count)
    let peaks = (0..<2).map { peak in
      GaussianPeak(
        center: parameters[3 * peak + 1],
        width: abs(parameters[3 * peak + 2]),
        height: parameters[3 * peak],
        centerError: errors[3 * peak + 1]
      )
    }
    .sorted { $0.center < $1.center }
    (low, high) = (peaks[0], peaks[1])
    rFactor = system.error / heights.reduce(0) { $0 + $1 * $1 }
    let span = (positions.first ?? 0)...(positions.last ?? 0)
    guard low.height > 0, high.height > 0, span.contains(low.center), span.contains(high.center)
    else { return nil }
  }

  /// Height, centre and width of both classes of Otsu's split, six numbers.
  private static func start(_ positions: [Double], _ heights: [Double]) -> [Double]? {
    let split = bestSplit(of: heights)
    var parameters: [Double] = []
    for range in [0..<split + 1, split + 1..<heights.count] {
      let weight = range.reduce(0.0) { $0 + heights[$1] }
      guard weight > 0 else { return nil }
      let center = range.reduce(0.0) { $0 + heights[$1] * positions[$1] } / weight
      let variance =
        range.reduce(0.0) { sum, i in
          sum + heights[i] * (positions[i] - center) * (positions[i] - center)
        } / weight
      let spacing = positions[1] - positions[0]
      let height = range.map { heights[$0] }.max() ?? 0
      parameters += [height, center, max(variance.squareRoot(), spacing)]
    }
    return parameters
  }

  /// The square roots of the diagonal of the covariance: residual variance over curvature.
  private static func standardErrors(_ system: NormalEquations, sampleCount: Int) -> [Double] {
    let variance = system.error / Double(max(sampleCount - 6, 1))
    return (0..<6).map { i in
      var unit = [Double](repeating: 0, count: 6)
      unit[i] = 1
      guard let column = solvedSystem(system.matrix, unit) else { return .nan }
      return (column[i] * variance).squareRoot()
    }
  }
}
