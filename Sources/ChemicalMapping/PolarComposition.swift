// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// The one-to-one relation between composition and polar angle that an absorption matrix makes.
///
/// With the optical densities o₁, o₂ and absorptions a (rows energies, columns LFP, FP),
/// the composition C_LFP / (C_LFP + C_FP) is
/// c = (a₂₂ o₁ − a₁₂ o₂) / s with s = (a₂₂ − a₂₁) o₁ + (a₁₁ − a₁₂) o₂; it depends on θ alone,
/// tan θ = o₂ / o₁. Its derivatives are ∂c/∂o₁ = o₂ D / s², ∂c/∂o₂ = −o₁ D / s² and
/// dc/dθ = −D (o₁² + o₂²) / s², where D is the determinant.
public struct PolarComposition: Sendable, Hashable {
  /// The absorption of the phases.
  public let matrix: AbsorptionMatrix

  /// Makes the relation of a matrix.
  public init(matrix: AbsorptionMatrix) {
    self.matrix = matrix
  }

  /// Whether LiFePO₄ has a smaller polar angle than FePO₄: whether the first energy is where LiFePO₄
  /// absorbs more of the two.
  public var lithiatedIsLower: Bool { matrix.determinant > 0 }

  /// The polar angle, degrees, of a composition C_LFP / (C_LFP + C_FP).
  public func angle(ofComposition composition: Double) -> Double {
    let (c, d) = (composition, 1 - composition)
    let first = matrix.lithiatedAtFirst * c + matrix.delithiatedAtFirst * d
    let second = matrix.lithiatedAtSecond * c + matrix.delithiatedAtSecond * d
    return arcTangent2(second, first) * 180 / .pi
  }

  /// The composition C_LFP / (C_LFP + C_FP) at a polar angle in degrees; outside [0, 1] beyond
  /// the pure phases, NaN where no iron can have that angle.
  public func composition(atAngle degrees: Double) -> Double {
    let angle = degrees * .pi / 180
    return composition(first: cosine(angle), second: sine(angle)) ?? .nan
  }

  /// The width in composition that a width in degrees stands for at a polar angle.
  public func compositionWidth(ofAngleWidth width: Double, atAngle degrees: Double) -> Double {
    let angle = degrees * .pi / 180
    let sum = weightedSum(first: cosine(angle), second: sine(angle))
    return abs(matrix.determinant) / (sum * sum) * width * .pi / 180
  }

  /// The composition of two optical densities; nil where they hold no iron.
  public func composition(first: Double, second: Double) -> Double? {
    let sum = weightedSum(first: first, second: second)
    // The sign of the determinant is that of every term over iron.
    guard sum * matrix.determinant > 0 else { return nil }
    return (matrix.delithiatedAtSecond * first - matrix.delithiatedAtFirst * second) / sum
  }

  /// The standard error of the composition from independent noise of the optical densities.
  ///
  /// Linear propagation: right while the noise is small against the densities themselves.
  ///
  /// - Parameters:
  ///   - first: The optical density at the first energy.
  ///   - second: The optical density at the second energy.
  ///   - noise: The standard deviation of each.
  ///   - commonNoise: The standard deviation of what was subtracted from both, such as the pre-edge.
  /// - Returns: The standard deviation of C_LFP / (C_LFP + C_FP).
  public func compositionError(
    first: Double,
    second: Double,
    noise: OpticalDensityNoise,
    commonNoise: Double = 0
  ) -> Double {
    let sum = weightedSum(first: first, second: second)
    let alongFirst = second * noise.first
    let alongSecond = first * noise.second
    let alongBoth = (second - first) * commonNoise
    let square = alongFirst * alongFirst + alongSecond * alongSecond + alongBoth * alongBoth
    return abs(matrix.determinant) / (sum * sum) * square.squareRoot()
  }

  /// (C_LFP + C_FP) · determinant.
  private func weightedSum(first: Double, second: Double) -> Double {
    (matrix.delithiatedAtSecond - matrix.lithiatedAtSecond) * first
      + (matrix.lithiatedAtFirst - matrix.delithiatedAtFirst) * second
  }
}
