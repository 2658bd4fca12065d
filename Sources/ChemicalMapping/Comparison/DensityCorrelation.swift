// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// How often pairs of optical densities occur: the correlation plot of two energies.
public struct DensityCorrelation: Sendable, Hashable {
  /// How many voxels (or pixels) fell into each cell, [bin of the second, bin of the first].
  public let counts: Image
  /// The upper end of the first energy's axis; both begin at 0.
  public let firstLimit: Double
  /// The upper end of the second energy's axis.
  public let secondLimit: Double
  /// How many fell outside: negative, beyond an end, or not measured.
  public let outside: Int

  /// The middles of the cells along the first energy's axis.
  public var firstCenters: [Double] { Self.centers(counts.shape.columns, firstLimit) }
  /// The middles of the cells along the second energy's axis.
  public var secondCenters: [Double] { Self.centers(counts.shape.rows, secondLimit) }

  /// Counts pairs.
  ///
  /// - Parameters:
  ///   - first: Optical density at the first energy.
  ///   - second: Optical density at the second energy, as many.
  ///   - bins: The cells along each axis.
  ///   - limits: The upper ends of the axes; where nil, 1.05 times the largest finite values.
  ///   - work: Threads that share the elements; their number does not change the result.
  public init(
    first: [Float],
    second: [Float],
    bins: Int = 128,
    limits: (first: Double, second: Double)? = nil,
    sharing work: any WorkSharing = SerialWork()
  ) {
    precondition(first.count == second.count, "the energies differ in extent")
    precondition(bins > 0, "a histogram needs bins")
    let limits = limits ?? (Self.limit(of: first), Self.limit(of: second))
    (firstLimit, secondLimit) = limits
    let scale = (
      first: Float(Double(bins) / limits.first), second: Float(Double(bins) / limits.second)
    )
    let counted = sharedSum(over: first.count, sharing: work) { range in
      var counts = [Int32](repeating: 0, count: bins * bins)
      var outside = 0
      var cells = counts.mutableSpan
      let (a, b) = (first.span, second.span)
      let edge = Float(bins)
      for i in range {
        let (x, y) = (a[i] * scale.first, b[i] * scale.second)
        // False for NaN, too.
        if x >= 0, x < edge, y >= 0, y < edge {
          cells[Int(y) * bins + Int(x)] += 1
        } else {
          outside += 1
        }
      }
      return (counts, outside)
    } join: { total, part in
      for i in total.0.indices { total.0[i] += part.0[i] }
      total.1 += part.1
    }
    counts = Image(
      shape: Shape2D(square: bins),
      values: counted?.0.map { Float($0) } ?? [Float](repeating: 0, count: bins * bins)
    )
    outside = counted?.1 ?? 0
  }

  private static func limit(of values: [Float]) -> Double {
    var largest: Float = 0
    for value in values where value > largest && value < .infinity { largest = value }
    return largest > 0 ? 1.05 * Double(largest) : 1
  }

  private static func centers(_ count: Int, _ limit: Double) -> [Double] {
    (0..<count).map { (Double($0) + 0.5) * limit / Double(count) }
  }
}
