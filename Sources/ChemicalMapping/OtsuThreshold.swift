// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The level that parts values into two classes with the largest variance between them.
///
/// N. Otsu, IEEE Trans. Syst. Man Cybern. 9, 62 (1979), doi 10.1109/TSMC.1979.4310076, on a
/// histogram of 256 equal bins from the smallest to the largest value; the level is the centre of
/// the last bin of the lower class.
///
/// - Parameter values: The values; those that are not finite are left out.
/// - Returns: The level; nil where there are not two different values.
public func otsuThreshold(of values: Span<Float>) -> Double? {
  otsuThreshold(ofMeanOf: values, and: values)
}

/// Otsu's level of the element-wise mean of two arrays.
///
/// - Parameters:
///   - first: One array.
///   - second: The other, of the same length; an element that is not finite in either is left out.
/// - Returns: The level; nil where there are not two different values.
public func otsuThreshold(ofMeanOf first: Span<Float>, and second: Span<Float>) -> Double? {
  precondition(first.count == second.count, "the arrays differ in length")
  var lowest = Float.infinity
  var highest = -Float.infinity
  for i in first.indices {
    let value = 0.5 * (first[i] + second[i])
    guard value.isFinite else { continue }
    lowest = min(lowest, value)
    highest = max(highest, value)
  }
  guard lowest < highest else { return nil }
  var counts = [Double](repeating: 0, count: 256)
  let binsPerUnit = 256 / (highest - lowest)
  for i in first.indices {
    let value = 0.5 * (first[i] + second[i])
    guard value.isFinite else { continue }
    counts[min(Int((value - lowest) * binsPerUnit), 255)] += 1
  }
  let width = Double(highest - lowest) / 256
  return Double(lowest) + (Double(bestSplit(of: counts)) + 0.5) * width
}

/// The last bin of the lower class when a histogram is parted by Otsu's criterion.
func bestSplit(of counts: [Double]) -> Int {
  let total = counts.reduce(0, +)
  let moment = counts.indices.reduce(0.0) { $0 + Double($1) * counts[$1] }
  var best = (bin: 0, variance: -1.0)
  var lowerCount = 0.0
  var lowerMoment = 0.0
  for bin in counts.indices.dropLast() {
    lowerCount += counts[bin]
    lowerMoment += Double(bin) * counts[bin]
    let upperCount = total - lowerCount
    guard lowerCount > 0, upperCount > 0 else { continue }
    let distance = lowerMoment / lowerCount - (moment - lowerMoment) / upperCount
    let variance = lowerCount * upperCount * distance * distance
    if variance > best.variance { best = (bin, variance) }
  }
  return best.bin
}
