// SPDX-License-Identifier: BSD-3-Clause

/// What a pair of volumes says of the chemistry as a whole, without a volume of its own.
public struct ChemicalSummary: Sendable, Hashable {
  /// The mean optical density of both energies below which a voxel counts as empty.
  public var minimumIron: Double
  /// The noise of a voxel's optical density.
  public var noise: OpticalDensityNoise
  /// The state of charge of all voxels that are not empty; nil where all are.
  public var stateOfCharge: StateOfCharge?
  /// The polar angles of the voxels that are not empty, weighed by their optical density.
  public var histogram: PolarHistogram
  /// What a polar angle of these voxels says of their composition.
  public var relation: PolarComposition
}

/// The two peaks of a polar histogram as phases: centre, width, and the composition that they stand for.
public struct PhasePeaks: Sendable, Hashable {
  /// One phase.
  public struct Peak: Sendable, Hashable {
    /// Where the peak stands, degrees.
    public var angle: Double
    /// The standard error of that, degrees.
    public var angleError: Double
    /// The standard deviation of the peak, degrees.
    public var angleWidth: Double
    /// LiFePO₄ / (LiFePO₄ + FePO₄) at its centre.
    public var composition: Double
    /// What its width is in composition, percentage points.
    public var compositionWidth: Double
  }

  /// The LiFePO₄-like one: at the smaller angle where the first energy is that of LiFePO₄'s peak.
  public var lithiated: Peak
  /// The FePO₄-like one.
  public var delithiated: Peak
  /// Σ (data − fit)² / Σ data² of the two Gaussians.
  public var rFactor: Double

  /// Reads a fit by the relation of angle and composition.
  public init(_ fit: TwoGaussianFit, _ relation: PolarComposition) {
    func peak(_ gaussian: GaussianPeak) -> Peak {
      Peak(
        angle: gaussian.center,
        angleError: gaussian.centerError,
        angleWidth: gaussian.width,
        composition: relation.composition(atAngle: gaussian.center),
        compositionWidth: 100
          * relation.compositionWidth(ofAngleWidth: gaussian.width, atAngle: gaussian.center)
      )
    }
    let phases = relation.lithiatedIsLower ? (fit.low, fit.high) : (fit.high, fit.low)
    lithiated = peak(phases.0)
    delithiated = peak(phases.1)
    rFactor = fit.rFactor
  }
}
