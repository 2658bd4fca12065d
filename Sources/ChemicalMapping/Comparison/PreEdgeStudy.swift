// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// Whether the absorption below the edge matters for the composition.
///
/// Figure S8 of Yu et al., Nat. Commun. 9, 921 (2018), doi 10.1038/s41467-018-03401-x. Below the edge a
/// sample absorbs by its mass alone. Where that is one and the same small share of the absorption at
/// the peaks, it says nothing that the peaks do not say, and subtracting it only adds its noise.
public struct PreEdgeStudy: Sendable {
  /// Pearson's correlation of the pre-edge OD with the mean OD of the two peaks.
  public let correlation: Double
  /// The slope of the pre-edge OD over the mean OD of the peaks, through the origin, by least squares.
  public let slope: Double
  /// The RMS of the pre-edge OD about that line: noise, and matter that holds no iron.
  public let scatter: Double
  /// Mean OD of the peaks, pre-edge included, [row, column]; NaN where nothing is counted.
  public let peaks: Image
  /// Pre-edge OD over mean OD of the peaks, [row, column]; NaN where nothing is counted.
  public let ratio: Image
  /// The pixels that were counted.
  public let pixelCount: Int

  /// Compares images of one sample.
  ///
  /// - Parameters:
  ///   - first: OD at the first peak, nothing subtracted, [row, column]; NaN where not measured.
  ///   - second: OD at the second peak, same shape.
  ///   - preEdge: OD below the edge, best as a mean over energies, same shape.
  ///   - minimumIron: The mean OD of the peaks from which on a pixel counts.
  public init(first: Image, second: Image, preEdge: Image, minimumIron: Double) {
    precondition(
      first.shape == second.shape && first.shape == preEdge.shape,
      "the images differ in shape"
    )
    var ratio = Image(shape: first.shape, filledWith: .nan)
    var peaks = ratio
    var (count, x1, y1, xx, yy, xy) = (0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for i in first.values.indices {
      let x = 0.5 * (Double(first.values[i]) + Double(second.values[i]))
      let y = Double(preEdge.values[i])
      guard x >= minimumIron, x > 0, x.isFinite, y.isFinite else { continue }
      ratio.values[i] = Float(y / x)
      peaks.values[i] = Float(x)
      count += 1
      x1 += x
      y1 += y
      xx += x * x
      yy += y * y
      xy += x * y
    }
    self.ratio = ratio
    self.peaks = peaks
    pixelCount = count
    let n = Double(max(count, 1))
    let spread = (xx - x1 * x1 / n) * (yy - y1 * y1 / n)
    correlation = spread > 0 ? (xy - x1 * y1 / n) / spread.squareRoot() : .nan
    slope = xx > 0 ? xy / xx : .nan
    scatter = count > 0 ? max(yy / n - slope * xy / n, 0).squareRoot() : .nan
  }
}
