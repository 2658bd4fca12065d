// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// A row of equally spaced peaks fitted to a histogram.
struct PeakFit: Sendable {
  /// One parameter of the fit.
  enum Parameter {
    case offset
    case gain
    case noise
    case amplitude(Int)
    case shared

    var place: Int {
      switch self {
      case .offset: 0
      case .gain: 1
      case .noise: 2
      case .amplitude(let photons): 3 + photons
      case .shared: 3 + PeakFit.peakCount
      }
    }
  }

  private static let peakCount = 5
  private static let parameterCount = 4 + peakCount

  private var parameters: [Double]
  private var covariance: [Double] = []
  private(set) var chiSquare = Double.infinity

  func value(of parameter: Parameter) -> CalibratedValue {
    let i = parameter.place
    guard !covariance.isEmpty else { return CalibratedValue(parameters[i], uncertainty: .nan) }
    let variance = covariance[i * Self.parameterCount + i] * max(chiSquare, 1)
    return CalibratedValue(parameters[i], uncertainty: max(variance, 0).squareRoot())
  }

  /// The best of a row of gains, the amplitudes fitted; nil where none has peaks as they should be.
  static func bestStart(_ histogram: PhotonHistogram, noise: Double) -> PeakFit? {
    var best: PeakFit?
    // The zero peak by itself: its top and its lower side.
    let top = histogram.counts.indices.max { histogram.counts[$0] < histogram.counts[$1] } ?? 0
    let offset = histogram.middle(of: top)
    for width in [noise, 1.15 * noise] {
      for step in 0..<160 {
        let gain = (2.2 + 0.1 * Double(step)) * noise
        guard offset + 3.5 * gain < histogram.middle(of: histogram.counts.count - 1) else { break }
        var trial = PeakFit(
          parameters: [offset, gain, width] + [Double](repeating: 0, count: peakCount + 1)
        )
        guard trial.fitAmplitudes(histogram), trial.looksLikePhotons else { continue }
        if trial.chiSquare < best?.chiSquare ?? .infinity { best = trial }
      }
    }
    return best
  }

  /// Improves all parameters together; nil where they run away.
  static func refined(_ histogram: PhotonHistogram, _ start: PeakFit) -> PeakFit? {
    var fit = start
    var damping = 1e-3
    for _ in 0..<60 {
      guard let step = fit.step(histogram, damping: damping) else { return nil }
      var moved = fit
      moved.parameters = zip(fit.parameters, step.change).map { $0 + $1 }
      moved.covariance = step.covariance
      guard moved.parameters[2] > 0, moved.parameters[1] > moved.parameters[2] else {
        damping *= 10
        if damping > 1e6 { return nil }
        continue
      }
      // The weights are those of the fit before, or χ² would fall by making them small.
      let (before, after) = (fit.deviation(histogram, fit), moved.deviation(histogram, fit))
      if after <= before * (1 + 1e-9) {
        let isSettled = abs(step.change[1]) < 1e-6 * fit.parameters[1]
        fit = moved
        damping = max(damping / 10, 1e-9)
        if isSettled { break }
      } else {
        damping *= 10
        if damping > 1e6 { break }
      }
    }
    guard let last = fit.step(histogram, damping: 0) else { return nil }
    fit.covariance = last.covariance
    fit.chiSquare = fit.deviation(histogram, fit) / Double(max(fit.bins(histogram).count - 9, 1))
    return fit.looksLikePhotons ? fit : nil
  }

  /// What was fitted in each bin; NaN outside the range of the fit.
  func curve(_ histogram: PhotonHistogram) -> [Double] {
    let bins = bins(histogram)
    return histogram.counts.indices.map {
      bins.contains($0) ? model(histogram.middle(of: $0)) : .nan
    }
  }

  // MARK: -

  /// In weak light one photon is more likely than two.
  private var looksLikePhotons: Bool {
    parameters[4] > 0 && parameters[3] > 0 && parameters[4] > 1.2 * parameters[5]
  }

  private func bins(_ histogram: PhotonHistogram) -> Range<Int> {
    let low = parameters[0] - 3.5 * parameters[2]
    let high = parameters[0] + 3.5 * parameters[1]
    let first = Int(((low - histogram.start) / histogram.binWidth).rounded(.up))
    let last = Int(((high - histogram.start) / histogram.binWidth).rounded(.down))
    return max(first, 0)..<min(max(last, max(first, 0) + 1), histogram.counts.count)
  }

  /// The functions that amplitudes multiply: the peaks and the plateau.
  private static func shapes(_ x: Double, _ p: [Double]) -> [Double] {
    var shapes = (0..<peakCount).map { n in
      let z = (x - p[0] - Double(n) * p[1]) / p[2]
      return exponential(-z * z / 2)
    }
    let root = p[2] * 2.0.squareRoot()
    shapes.append(
      0.5 * (errorFunction((x - p[0]) / root) - errorFunction((x - p[0] - p[1]) / root))
    )
    return shapes
  }

  private func model(_ x: Double) -> Double {
    zip(Self.shapes(x, parameters), parameters[3...]).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func deviation(_ histogram: PhotonHistogram, _ weights: PeakFit) -> Double {
    weights.bins(histogram).reduce(0) { sum, bin in
      let x = histogram.middle(of: bin)
      let left = histogram.counts[bin] - model(x)
      return sum + left * left / max(weights.model(x), 1)
    }
  }

  private mutating func fitAmplitudes(_ histogram: PhotonHistogram) -> Bool {
    let bins = bins(histogram)
    guard bins.count > 12 else { return false }
    for round in 0..<2 {
      var equations = NormalEquations(count: Self.peakCount + 1)
      for bin in bins {
        let x = histogram.middle(of: bin)
        let count = histogram.counts[bin]
        let variance = round == 0 ? count + 1 : max(model(x), 1)
        equations.add(Self.shapes(x, parameters), count, weight: 1 / variance)
      }
      guard let solution = equations.solve() else { return false }
      parameters.replaceSubrange(3..., with: solution.unknowns)
    }
    chiSquare = deviation(histogram, self) / Double(bins.count - 9)
    return true
  }

  private func step(
    _ histogram: PhotonHistogram,
    damping: Double
  ) -> (change: [Double], covariance: [Double])? {
    var equations = NormalEquations(count: Self.parameterCount)
    let nudge = 1e-4 * parameters[2]
    for bin in bins(histogram) {
      let x = histogram.middle(of: bin)
      let value = model(x)
      var row = (0..<3).map { i -> Double in
        var (low, high) = (self, self)
        low.parameters[i] -= nudge
        high.parameters[i] += nudge
        return (high.model(x) - low.model(x)) / (2 * nudge)
      }
      row += Self.shapes(x, parameters)
      equations.add(row, histogram.counts[bin] - value, weight: 1 / max(value, 1))
    }
    guard let solution = equations.solve(damping: damping) else { return nil }
    return (solution.unknowns, solution.covariance)
  }
}
