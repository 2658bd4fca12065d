// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// Parts compositions into LFP-rich, mixed and FP-rich by a threshold X.
///
/// As Yu et al. do, Nat. Commun. 9, 921 (2018), doi 10.1038/s41467-018-03401-x, figure S11.
public struct PhaseSegmentation: Sendable, Hashable {
  /// X, percent: a composition with less than this of the other phase belongs to one phase.
  public let threshold: Double

  /// Makes the segmentation of a threshold.
  public init(threshold: Double) {
    precondition(threshold >= 0 && threshold <= 50, "X lies between 0 and 50 %")
    self.threshold = threshold
  }

  /// The phase of a composition LiFePO₄ / (LiFePO₄ + FePO₄); empty where it is NaN.
  public func phase(of composition: Float) -> ChemicalPhase {
    // Comparisons with NaN are false.
    if composition > Float(1 - threshold / 100) { return .lithiated }
    if composition < Float(threshold / 100) { return .delithiated }
    return composition.isNaN ? .empty : .mixed
  }

  /// The raw value of each pixel's phase, [row, column].
  public func labels(of composition: Image) -> Image {
    Image(
      shape: composition.shape,
      values: composition.values.map { Float(phase(of: $0).rawValue) }
    )
  }

  /// The thresholds of the published curve: 5 to 45 %, every 5.
  public static let publishedThresholds = Array(stride(from: 5.0, through: 45, by: 5))
}
