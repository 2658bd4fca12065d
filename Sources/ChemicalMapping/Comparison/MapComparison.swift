// SPDX-License-Identifier: BSD-3-Clause

/// How far two maps of one sample's composition agree: two images, or two volumes.
public struct MapComparison: Sendable, Hashable {
  /// The pixels (or voxels) that were compared.
  public let pixelCount: Int
  /// Of these, how many have no composition in the map that is judged; each counts as a mismatch.
  public let emptyCount: Int
  /// Σ |difference|² over the others, divided by their number, its root; NaN where there are none.
  public let rootMeanSquare: Double
  /// The mean of judged − reference over the others.
  public let meanDifference: Double
  private let pairs: [(reference: Float, judged: Float)]

  /// Compares compositions LiFePO₄ / (LiFePO₄ + FePO₄).
  ///
  /// - Parameters:
  ///   - judged: The map that is judged; NaN where it finds no iron.
  ///   - reference: The map that counts as right, of the same extents; where it is NaN nothing is
  ///     compared.
  ///   - isCounted: Where to compare, such as the pixels whose iron OD is above 0.1; nil for all.
  public init(of judged: [Float], with reference: [Float], where isCounted: [Bool]? = nil) {
    precondition(judged.count == reference.count, "the maps differ in extent")
    precondition(isCounted.map { $0.count == judged.count } ?? true, "the mask has another extent")
    var pairs: [(reference: Float, judged: Float)] = []
    var (empty, squares, sum) = (0, 0.0, 0.0)
    for i in reference.indices where isCounted?[i] ?? true {
      guard !reference[i].isNaN else { continue }
      pairs.append((reference[i], judged[i]))
      guard !judged[i].isNaN else {
        empty += 1
        continue
      }
      let difference = Double(judged[i]) - Double(reference[i])
      squares += difference * difference
      sum += difference
    }
    self.pairs = pairs
    pixelCount = pairs.count
    emptyCount = empty
    let both = Double(pairs.count - empty)
    rootMeanSquare = both > 0 ? (squares / both).squareRoot() : .nan
    meanDifference = both > 0 ? sum / both : .nan
  }

  /// The share of pixels, percent, whose phase differs between the maps; NaN where none is compared.
  public func mismatch(at segmentation: PhaseSegmentation) -> Double {
    guard !pairs.isEmpty else { return .nan }
    let wrong = pairs.count { pair in
      segmentation.phase(of: pair.reference) != segmentation.phase(of: pair.judged)
    }
    return 100 * Double(wrong) / Double(pairs.count)
  }

  /// The mismatch at each of several thresholds, percent.
  public func mismatches(
    at thresholds: [Double] = PhaseSegmentation.publishedThresholds
  ) -> [Double] {
    thresholds.map { mismatch(at: PhaseSegmentation(threshold: $0)) }
  }

  /// Whether two comparisons were of the same values.
  public static func == (a: MapComparison, b: MapComparison) -> Bool {
    a.pairs.elementsEqual(b.pairs) {
      $0.reference.bitPattern == $1.reference.bitPattern
        && $0.judged.bitPattern == $1.judged.bitPattern
    }
  }

  /// Hashes what was compared.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(pixelCount)
    hasher.combine(emptyCount)
  }
}
