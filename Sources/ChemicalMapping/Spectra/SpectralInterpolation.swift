// SPDX-License-Identifier: BSD-3-Clause

/// How a spectrum is read between its energies.
public enum SpectralInterpolation: String, Sendable, Hashable, CaseIterable {
  /// Straight lines: never beyond the values on both sides.
  case linear
  /// The natural cubic spline, whose second derivative is zero at both ends: closer to narrow peaks.
  case cubic
}

/// A function given at rising places, and what lies between them.
struct SampledCurve {
  let places: [Double]
  let values: [Double]
  /// The second derivatives of the natural spline at the places; empty for straight lines.
  private let curvatures: [Double]

  init(places: [Double], values: [Double], by interpolation: SpectralInterpolation) {
    precondition(places.count == values.count, "places and values differ in number")
    self.places = places
    self.values = values
    curvatures =
      interpolation == .cubic && places.count > 2 ? Self.curvatures(places, values) : []
  }

  /// The value at a place between the first and the last.
  func value(at place: Double) -> Double {
    guard places.count > 1 else { return values[0] }
    var low = 0
    var high = places.count - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if places[middle] <= place { low = middle } else { high = middle }
    }
    let width = places[high] - places[low]
    let a = (places[high] - place) / width
    let b = 1 - a
    let line = a * values[low] + b * values[high]
    guard !curvatures.isEmpty else { return line }
    let bend = (a * a * a - a) * curvatures[low] + (b * b * b - b) * curvatures[high]
    return line + bend * width * width / 6
  }

  /// Solves the tridiagonal system of the natural spline.
  private static func curvatures(_ x: [Double], _ y: [Double]) -> [Double] {
    let n = x.count
    var result = [Double](repeating: 0, count: n)
    var upper = result
    for i in 1..<n - 1 {
      let left = x[i] - x[i - 1]
      let right = x[i + 1] - x[i]
      let pivot = 2 * (left + right) - left * upper[i - 1]
      upper[i] = right / pivot
      let slope = (y[i + 1] - y[i]) / right - (y[i] - y[i - 1]) / left
      result[i] = (6 * slope - left * result[i - 1]) / pivot
    }
    for i in (1..<n - 1).reversed() { result[i] -= upper[i] * result[i + 1] }
    return result
  }
}
