// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// The chemistry of a tomogram, voxel by voxel, all [x, z, y].
public struct TomogramChemistry: Sendable, Hashable {
  /// How much of a voxel is LiFePO₄, 0 to 1.
  public var lithiated: Volume
  /// How much of a voxel is FePO₄, 0 to 1.
  public var delithiated: Volume
  /// C_LFP / (C_LFP + C_FP), 0 to 1; NaN where there is no iron.
  public var composition: Volume
  /// The standard error of the composition, NaN where there is no iron; nil in files of earlier
  /// versions.
  public var compositionError: Volume?
  /// The angle atan2(OD at the second, OD at the first energy), degrees.
  public var polarAngle: Volume
  /// 0 empty, 1 LiFePO₄-rich, 2 mixed, 3 FePO₄-rich.
  public var phaseLabel: Volume
  /// What it comes to as a whole; nil in files of earlier versions.
  public var figures: ChemistryFigures?

  /// Makes a chemistry of volumes of one extent.
  public init(
    lithiated: Volume,
    delithiated: Volume,
    composition: Volume,
    compositionError: Volume? = nil,
    polarAngle: Volume,
    phaseLabel: Volume,
    figures: ChemistryFigures? = nil
  ) {
    self.lithiated = lithiated
    self.delithiated = delithiated
    self.composition = composition
    self.compositionError = compositionError
    self.polarAngle = polarAngle
    self.phaseLabel = phaseLabel
    self.figures = figures
  }
}

/// What the chemistry of a tomogram comes to as a whole.
public struct ChemistryFigures: Sendable, Hashable {
  /// One peak of the histogram of polar angles.
  public struct Peak: Sendable, Hashable, Codable {
    /// Where it stands, degrees.
    public var angle: Double
    /// The standard error of that, degrees.
    public var angleError: Double
    /// Its standard deviation, degrees.
    public var angleWidth: Double
    /// LiFePO₄ / (LiFePO₄ + FePO₄) at its centre.
    public var composition: Double
    /// What its width is in composition, percentage points.
    public var compositionWidth: Double

    /// Takes the numbers.
    public init(
      angle: Double,
      angleError: Double,
      angleWidth: Double,
      composition: Double,
      compositionWidth: Double
    ) {
      self.angle = angle
      self.angleError = angleError
      self.angleWidth = angleWidth
      self.composition = composition
      self.compositionWidth = compositionWidth
    }

    enum CodingKeys: String, CodingKey {
      case angle = "angle_deg"
      case angleError = "angle_error_deg"
      case angleWidth = "angle_width_deg"
      case composition
      case compositionWidth = "composition_width_percent"
    }
  }

  /// The two energies that it was solved from.
  public var energies: [PhotonEnergy]
  /// The standard deviation of the noise in a voxel's OD at each of them; NaN where too few voxels hold iron
  /// to say it.
  public var noise: [Double]
  /// The length over which neighbours share their noise, voxels.
  public var noiseCorrelationLength: Double
  /// The mean OD of both energies below which a voxel counted as empty.
  public var minimumIron: Double
  /// Σ FePO₄ / Σ (LiFePO₄ + FePO₄); NaN where there is no iron.
  public var stateOfCharge: Double
  /// The parts of its standard uncertainty from noise, and from where the level of empty voxels lies; NaN
  /// where not known.
  public var stateOfChargeUncertainties: [Double]
  /// The peak of LiFePO₄ and that of FePO₄ in the histogram of polar angles; empty where there are no
  /// two.
  public var peaks: [Peak]

  /// Takes the numbers.
  public init(
    energies: [PhotonEnergy],
    noise: [Double],
    noiseCorrelationLength: Double,
    minimumIron: Double,
    stateOfCharge: Double,
    stateOfChargeUncertainties: [Double],
    peaks: [Peak]
  ) {
    self.energies = energies
    self.noise = noise
    self.noiseCorrelationLength = noiseCorrelationLength
    self.minimumIron = minimumIron
    self.stateOfCharge = stateOfCharge
    self.stateOfChargeUncertainties = stateOfChargeUncertainties
    self.peaks = peaks
  }
}
