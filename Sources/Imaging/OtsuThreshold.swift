// SPDX-License-Identifier: BSD-3-Clause

/// The level that parts values into two classes with the largest variance between them.
///
/// N. Otsu, IEEE Trans. Syst. Man Cybern. 9, 62 (1979), doi 10.1109/TSMC.1979.4310076, on a
/// histogram of 256 equal bins from the smallest to the largest value; the level is the centre of
/// the last bin of the lower class.
///
/// - Parameter values: The values; those that are not finite are left out.
/// - Returns: The level; nil where there are not two different values.
public func otsuThreshold(of values: [Float]) -> Double? {
  otsuThreshold(ofMeanOf: values, and: values)
}

/// Otsu's level of the element-wise mean of two arrays.
///
/// - Parameters:
///   - first: One array.
///   - second: The other, of the same length; an element that is not finite in either is left out.
///   - work: Threads that share the elements; their number does not change the result.
/// - Returns: The level; nil where there are not two different values.
public func otsuThreshold(
  ofMeanOf first: [Float],
  and second: [Float],
  sharing work: any WorkSharing = SerialWork()
) -> Double? {
  precondition(first.count == second.count, "the arrays differ in length")
  let range = sharedSum(over: first.count, sharing: work) { part in
    meanRange(first.span.extracting(part), second.span.extracting(part))
  } join: {
    $0 = (min($0.lowest, $1.lowest), max($0.highest, $1.highest))
  }
  guard let (lowest, highest) = range, lowest < highest else { return nil }
  let counts = sharedSum(over: first.count, sharing: work) { part in
    meanCounts(
      first.span.extracting(part),
      second.span.extracting(part),
      from: lowest,
      to: highest
    )
  } join: { total, part in
    for bin in total.indices { total[bin] += part[bin] }
  }
  let width = Double(highest - lowest) / 256
  return Double(lowest) + (Double(bestSplit(of: (counts ?? []).map { Double($0) })) + 0.5) * width
}

/// The least and the greatest finite mean of two arrays' elements; infinite where there is none.
private func meanRange(
  _ first: Span<Float>,
  _ second: Span<Float>
) -> (lowest: Float, highest: Float) {
  // Lanes, so that no comparison waits for the one before.
  var lowest = SIMD8<Float>(repeating: .infinity)
  var highest = SIMD8<Float>(repeating: -.infinity)
  func include(_ i: Int, lane: Int) {
    let value = 0.5 * (first[i] + second[i])
    // Comparisons with NaN are false.
    lowest[lane] = value < lowest[lane] && value > -.infinity ? value : lowest[lane]
    highest[lane] = value > highest[lane] && value < .infinity ? value : highest[lane]
  }
  var i = 0
  while i + 8 <= first.count {
    for lane in 0..<8 { include(i + lane, lane: lane) }
    i += 8
  }
  while i < first.count {
    include(i, lane: 0)
    i += 1
  }
  return (lowest.min(), highest.max())
}

/// How many finite means fall into each of 256 equal bins.
private func meanCounts(
  _ first: Span<Float>,
  _ second: Span<Float>,
  from lowest: Float,
  to highest: Float
) -> [Int] {
  // Most voxels are empty: four histograms in turn, so that a count does not wait for the last one.
  var counts = [Int](repeating: 0, count: 4 * 256)
  var bins = counts.mutableSpan
  let binsPerUnit = 256 / (highest - lowest)
  for i in first.indices {
    let value = 0.5 * (first[i] + second[i])
    guard value.isFinite else { continue }
    bins[(i & 3) * 256 + min(Int((value - lowest) * binsPerUnit), 255)] += 1
  }
  return (0..<256).map { bin in (0..<4).reduce(0) { $0 + counts[$1 * 256 + bin] } }
}

/// The last bin of the lower class when a histogram is parted by Otsu's criterion.
///
/// - Parameter counts: The counts or weights of the bins.
/// - Returns: The bin; the first one where no split leaves two classes.
public func bestSplit(of counts: [Double]) -> Int {
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
