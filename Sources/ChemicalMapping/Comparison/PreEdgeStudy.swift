// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Whether the absorption below the edge matters for the composition.
///
/// Figure S8 of Yu et al., Nat. Commun. 9, 921 (2018), doi 10.1038/s41467-018-03401-x. Below the edge a sample absorbs by its mass alone. Where that is one and the same small share of
/// the absorption at the peaks, it says nothing that the peaks do not say, and subtracting it
/// only adds its noise.
public struct PreEdgeStudy: Sendable {
  /// Pearson's correlation of the pre-edge OD with the mean OD of the two peaks.
  public let correlation: Double
  /// The slope of the pre-edge OD over the mean OD of the peaks, through the origin, by least squares.
  public let slope: Double
  /// The RMS of the pre-edge OD about that line: noise, and matter that holds no iron.
  public let scatter: Double
  /// The RMS of the pre-edge OD itself.
  public let rootMeanSquare: Double
  /// Pre-edge OD over mean OD of the peaks, [row, column]; NaN where nothing is counted.
  public let ratio: Image
  /// The pixels that were counted.
  public let pixelCount: Int

  /// Compares images of one sample.
  ///
  /// - Parameters:
  ///   - first: OD at the first peak, [row, column]; NaN where not measured.
  ///   - second: OD at the second peak, same shape.
  ///   - preEdge: OD below the edge, best as a mean over energies, same shape.
  ///   - minimumIron: The mean OD of the peaks from which on a pixel counts.
  public init(first: Image, second: Image, preEdge: Image, minimumIron: Double) {
    precondition(
      first.shape == second.shape && first.shape == preEdge.shape,
      "the images differ in shape"
    )
    var ratio = Image(shape: first.shape, filledWith: .nan)
    var (count, x1, y1, xx, yy, xy) = (0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for i in first.values.indices {
      let x = 0.5 * (Double(first.values[i]) + Double(second.values[i]))
      let y = Double(preEdge.values[i])
      guard x >= minimumIron, x > 0, x.isFinite, y.isFinite else { continue }
      ratio.values[i] = Float(y / x)
      count += 1
      x1 += x
      y1 += y
      xx += x * x
      yy += y * y
      xy += x * y
    }
    self.ratio = ratio
    pixelCount = count
    let n = Double(max(count, 1))
    let spread = (xx - x1 * x1 / n) * (yy - y1 * y1 / n)
    correlation = spread > 0 ? (xy - x1 * y1 / n) / spread.squareRoot() : .nan
    slope = xx > 0 ? xy / xx : .nan
    scatter = count > 0 ? max(yy / n - slope * xy / n, 0).squareRoot() : .nan
    rootMeanSquare = count > 0 ? (yy / n).squareRoot() : .nan
  }

  /// What a pixel's composition gains or loses by subtracting the pre-edge.
  public struct Effect: Sendable, Hashable {
    /// The standard error of the composition from the two peaks alone.
    public var errorWithout: Double
    /// The standard error with the pre-edge subtracted from both.
    public var errorWith: Double
    /// How far the composition is off without subtraction where matter without iron adds an OD.
    public var bias: Double
  }

  /// Weighs the noise that subtraction adds against the bias that it removes.
  ///
  /// - Parameters:
  ///   - composition: The composition LiFePO₄ / (LiFePO₄ + FePO₄).
  ///   - thickness: How much of both phases there is, µm.
  ///   - matrix: The absorption of the phases at the peaks, pre-edge included, per µm.
  ///   - preEdge: The absorption of both phases below the edge, per µm.
  ///   - noise: The noise of an OD at each peak.
  ///   - preEdgeNoise: The noise of the pre-edge OD.
  ///   - foreignDensity: The OD of matter that holds no iron, the same at all energies.
  /// - Returns: Errors and bias of the composition.
  public static func effect(
    composition: Double,
    thickness: Double,
    matrix: AbsorptionMatrix,
    preEdge: PhaseAbsorption,
    noise: OpticalDensityNoise,
    preEdgeNoise: Double,
    foreignDensity: Double = 0
  ) -> Effect {
    let (l, d) = (composition * thickness, (1 - composition) * thickness)
    let first = matrix.lithiatedAtFirst * l + matrix.delithiatedAtFirst * d
    let second = matrix.lithiatedAtSecond * l + matrix.delithiatedAtSecond * d
    let below = preEdge.lithiated * l + preEdge.delithiated * d
    let plain = PolarComposition(matrix: matrix)
    let reduced = PolarComposition(matrix: matrix.subtracting(preEdge))
    let biased = plain.composition(
      first: first + foreignDensity,
      second: second + foreignDensity
    )
    return Effect(
      errorWithout: plain.compositionError(first: first, second: second, noise: noise),
      errorWith: reduced.compositionError(
        first: first - below,
        second: second - below,
        noise: noise,
        commonNoise: preEdgeNoise
      ),
      bias: (biased ?? .nan) - composition
    )
  }
}
