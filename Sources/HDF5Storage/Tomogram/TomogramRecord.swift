// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// One tomogram with everything that it was made from: projections with their tilts and shifts,
/// a volume for each energy, and the chemistry.
public struct TomogramRecord: Sendable {
  /// The tomogram's name.
  public var name: String
  /// The size of a voxel, and of a pixel of the projections.
  public var voxelSize: Length
  /// The tilts in the order of the projections, [tilt].
  public var tilts: [TiltAngle]
  /// The photon energies, [energy].
  public var energies: [PhotonEnergy]
  /// The OD of each projection on the volume's axes, [energy] of [tilt, row = y, column = x′].
  public var projections: [ImageStack]
  /// How far each pixel may be trusted, 0 to 1, [energy] of [tilt, row, column]; 0 throughout
  /// where a tilt has no projection at that energy.
  public var coverage: [ImageStack]
  /// The OD per voxel length, [energy] of [x, z, y].
  public var volumes: [Volume]
  /// The shift that was applied to the projections of each tilt, pixels, [tilt].
  public var shifts: [PixelShift]
  /// The RMS of projection minus re-projection, OD, [energy][tilt]; NaN where there is none.
  public var residuals: [[Double]]
  /// Whether each tilt takes part in the volumes, [tilt].
  public var accepted: [Bool]
  /// What the projections hold line integrals of: "optical density", or "signal".
  public var quantity = "optical density"
  /// The correlation of each tilt with what it was laid on, −1 to 1, [tilt]; empty where unknown.
  public var confidence: [Double] = []
  /// Why each tilt takes no part, in words, [tilt], "" where it does; empty where nothing is known.
  public var heldBackReasons: [String] = []
  /// The turn that was applied to the projections of each tilt, degrees, [tilt]; empty for none.
  public var imageRotations: [Double] = []
  /// The factor by which the projections of each tilt were magnified, [tilt]; empty for none.
  public var imageScales: [Double] = []
  /// The shift applied to each energy's projections besides `shifts`, pixels, [energy][tilt]; NaN
  /// where there is no projection, empty where unknown.
  public var energyShifts: [[PixelShift]] = []
  /// The RMS residual that the rays met in each sweep of the last reconstruction, [energy][sweep].
  public var sweepResiduals: [[Double]] = []
  /// Where the rotation axis was found in the projections as they were measured.
  public var axis: RotationAxis?
  /// The place of each tilt in the series as it was planned, by which requests and events name it, [tilt];
  /// empty where it is not known.
  public var tiltIndices: [Int] = []
  /// The place of each tilt in the order in which they were taken, [tilt]; empty where it is not known.
  public var acquisition: [Int] = []
  /// The chemistry, where it was solved.
  public var chemistry: TomogramChemistry?
  /// The particles, where they were looked for.
  public var particles: TomogramParticles?
  /// The shell correlation of each energy that has tilts enough, where it was measured.
  public var resolution: [TomogramResolution] = []
  /// The configuration, as text.
  public var parameters: String
  /// The version of the program.
  public var version: String

  /// Makes a record; whatever is left out is empty.
  public init(
    name: String,
    voxelSize: Length,
    tilts: [TiltAngle],
    energies: [PhotonEnergy],
    projections: [ImageStack] = [],
    coverage: [ImageStack] = [],
    volumes: [Volume] = [],
    shifts: [PixelShift] = [],
    residuals: [[Double]] = [],
    accepted: [Bool] = [],
    chemistry: TomogramChemistry? = nil,
    parameters: String = "",
    version: String = ""
  ) {
    self.name = name
    self.voxelSize = voxelSize
    self.tilts = tilts
    self.energies = energies
    self.projections = projections
    self.coverage = coverage
    self.volumes = volumes
    self.shifts = shifts
    self.residuals = residuals
    self.accepted = accepted
    self.chemistry = chemistry
    self.parameters = parameters
    self.version = version
  }
}
