// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Turns the numbers of a tilt series into line integrals.
struct LineIntegrals {
  /// The line integrals, [tilt, row, column].
  var values: ImageStack
  /// How far each pixel may be trusted, 0 or 1; nil where all may be.
  var coverage: ImageStack?
  /// What was done, for a person.
  var remarks: [String]

  /// Takes numbers as what they are.
  ///
  /// - Parameters:
  ///   - images: The numbers, [tilt, row, column].
  ///   - quantity: What they are.
  ///   - flat: The picture without a sample, for intensities.
  ///   - dark: The picture without a beam.
  /// - Throws: What makes them unusable, in words.
  init(
    _ images: ImageStack,
    _ quantity: ProjectionQuantity,
    flat: Image? = nil,
    dark: Image? = nil
  ) throws(PipelineError) {
    values = images
    remarks = []
    switch quantity {
    case .opticalDensity: break
    case .intensity: try takeLogarithms(flat: flat, dark: dark)
    case .signal: try takeSignal()
    }
    try leaveOutWhatIsNoNumber()
  }

  /// −ln((I − dark) / (flat − dark)); without a flat against the brightest hundredth of the series.
  private mutating func takeLogarithms(flat: Image?, dark: Image?) throws(PipelineError) {
    let count = values.shape.count
    if let dark {
      for i in values.values.indices { values.values[i] -= dark.values[i % count] }
    }
    if let flat {
      for i in values.values.indices {
        let light = flat.values[i % count] - (dark?.values[i % count] ?? 0)
        values.values[i] = light > 0 ? values.values[i] / light : .nan
      }
      remarks.append("intensities over the file's own picture without a sample")
    } else {
      let brightest = percentile(0.99)
      guard brightest > 0 else {
        throw PipelineError(
          .data,
          "no intensity is above zero; if they are line integrals or a signal, say --quantity od or "
            + "--quantity signal"
        )
      }
      for i in values.values.indices { values.values[i] /= brightest }
      remarks.append(
        "I0 = \(Words.short(Double(brightest))), the brightest hundredth of the series"
      )
    }
    for i in values.values.indices {
      let part = values.values[i]
      values.values[i] = part > 0 ? -Float(naturalLogarithm(Double(part))) : .nan
    }
  }

  /// (signal − background) over the strongest hundredth.
  private mutating func takeSignal() throws(PipelineError) {
    let modes = (0..<values.count).map { halfSampleMode(of: sample(ofFrame: $0)) }
      .filter(\.isFinite).sorted()
    guard !modes.isEmpty else { throw PipelineError(.data, "there is no number in any projection") }
    let background = modes[modes.count / 2]
    let strongest = percentile(0.99) - background
    guard strongest > 0 else {
      throw PipelineError(.data, "nothing in the projections is above their background")
    }
    for i in values.values.indices {
      values.values[i] = (values.values[i] - background) / strongest
    }
    remarks.append(
      "background \(Words.short(Double(background))) subtracted; 1 is now the strongest hundredth, "
        + "\(Words.short(Double(strongest))) above it"
    )
  }

  /// Weighs pixels that are no numbers by zero.
  private mutating func leaveOutWhatIsNoNumber() throws(PipelineError) {
    let missing = values.values.count { !$0.isFinite }
    guard missing > 0 else { return }
    var trust = ImageStack(count: values.count, shape: values.shape, filledWith: 1)
    let count = values.shape.count
    var empty: [Int] = []
    for frame in 0..<values.count {
      var lost = 0
      for i in frame * count..<(frame + 1) * count where !values.values[i].isFinite {
        trust.values[i] = 0
        values.values[i] = 0
        lost += 1
      }
      if lost == count { empty.append(frame) }
    }
    guard empty.count < values.count else {
      throw PipelineError(.data, "there is no number in any projection")
    }
    if !empty.isEmpty {
      let list = Words.list(empty.map { "\($0)" })
      remarks.append("projection \(list) holds not one usable number and does not count")
    }
    coverage = trust
    let part = 100 * Double(missing) / Double(values.values.count)
    remarks.append(
      "\(Words.count(missing, "pixel")) (\(Words.short(part)) %) are no numbers or no light and "
        + "have no weight"
    )
  }

  /// At most some thousand finite values of one frame, sorted.
  private func sample(ofFrame frame: Int) -> [Float] {
    let count = values.shape.count
    let step = max(1, count / 16_384)
    return stride(from: frame * count, to: (frame + 1) * count, by: step)
      .map { values.values[$0] }.filter(\.isFinite).sorted()
  }

  /// The value that a part of all pixels stay below, from a sample of them.
  private func percentile(_ part: Double) -> Float {
    let step = max(1, values.values.count / 1_000_000) | 1
    let sorted = stride(from: 0, to: values.values.count, by: step)
      .map { values.values[$0] }.filter(\.isFinite).sorted()
    return sorted.isEmpty ? .nan : sorted[Int(part * Double(sorted.count - 1))]
  }
}

/// The place where sorted values lie densest: of halves the shortest, down to two values.
///
/// The half-sample mode (Bickel and Frühwirth, Comput. Stat. Data Anal. 50, 3500 (2006),
/// doi 10.1016/j.csda.2005.07.011).
private func halfSampleMode(of sorted: [Float]) -> Float {
  var range = 0..<sorted.count
  while range.count > 2 {
    let half = (range.count + 1) / 2
    // Whole numbers repeat: of halves that are equally short the one in the middle.
    var best: [Int] = []
    var shortest = Float.infinity
    for start in range.lowerBound...(range.upperBound - half) {
      let length = sorted[start + half - 1] - sorted[start]
      if length < shortest { best.removeAll(keepingCapacity: true) }
      shortest = min(shortest, length)
      if length == shortest { best.append(start) }
    }
    guard !best.isEmpty else { return .nan }
    let start = best[best.count / 2]
    range = start..<start + half
  }
  guard let first = range.first, let last = range.last else { return .nan }
  return (sorted[first] + sorted[last]) / 2
}
