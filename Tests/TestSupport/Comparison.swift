// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

// How tests compare arrays: one number for the worst element, one for all together.

/// The largest |a − b| over all elements; infinite where the lengths differ or a value is NaN.
public func maximumDifference(_ a: [Float], _ b: [Float]) -> Double {
  largest(a, b) { abs(Double($0) - Double($1)) }
}

/// The largest |a − b| over all elements; infinite where the lengths differ or a value is NaN.
public func maximumDifference(_ a: [Double], _ b: [Double]) -> Double {
  largest(a, b) { abs($0 - $1) }
}

/// The largest |a − b| over all pixels; infinite where the lengths differ or a value is NaN.
public func maximumDifference(_ a: [Complex64], _ b: [Complex64]) -> Double {
  largest(a, b) { Double(($0 - $1).modulus) }
}

private func largest<T>(_ a: [T], _ b: [T], _ difference: (T, T) -> Double) -> Double {
  guard a.count == b.count else { return .infinity }
  var worst = 0.0
  for i in a.indices {
    let difference = difference(a[i], b[i])
    if difference.isNaN { return .infinity }
    worst = max(worst, difference)
  }
  return worst
}

/// ‖a − b‖ / ‖b‖: how far `a` is from the truth `b`, relative to it.
public func relativeError(_ a: [Float], of b: [Float]) -> Double {
  guard a.count == b.count else { return .infinity }
  var difference = 0.0
  var norm = 0.0
  for i in a.indices {
    let distance = Double(a[i]) - Double(b[i])
    difference += distance * distance
    norm += Double(b[i]) * Double(b[i])
  }
  return (difference / norm).squareRoot()
}

/// ‖a − b‖ / ‖b‖ of complex values: how far `a` is from the truth `b`, relative to it.
public func relativeError(_ a: [Complex64], of b: [Complex64]) -> Double {
  guard a.count == b.count else { return .infinity }
  var difference = 0.0
  var norm = 0.0
  for i in a.indices {
    difference += Double((a[i] - b[i]).squaredModulus)
    norm += Double(b[i].squaredModulus)
  }
  return (difference / norm).squareRoot()
}

/// The root of the mean squared difference.
public func rootMeanSquareDifference(_ a: [Float], _ b: [Float]) -> Double {
  guard a.count == b.count else { return .infinity }
  var sum = 0.0
  for i in a.indices {
    let difference = Double(a[i]) - Double(b[i])
    sum += difference * difference
  }
  return (sum / Double(max(a.count, 1))).squareRoot()
}

/// The RMS of a − b over that of a; infinite where the lengths differ.
public func relativeDifference(_ a: [Float], _ b: [Float]) -> Double { relativeError(b, of: a) }
