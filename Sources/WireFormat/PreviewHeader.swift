// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// What every preview says of itself; Docs/Reference/WireProtocol.md has the keys.
public struct PreviewHeader: Sendable, Hashable {
  /// The place among the messages of its topic since the program began.
  ///
  /// A message that is sent again for a newcomer keeps its number.
  public var sequence: Int
  /// Which run of the reconstruction it belongs to.
  ///
  /// Pictures of different generations (after a restart or a change of parameters) are not to be
  /// compared.
  public var generation: Int
  /// The scan, where it is about one.
  public var scan: String?
  /// The tomogram, where it is about one.
  public var tomogram: String?
  /// The tilt, where it is about one.
  public var tilt: TiltAngle?
  /// The place of the tilt in the series, counted from 0.
  public var tiltIndex: Int?
  /// The photon energy, where it is about one.
  public var energy: PhotonEnergy?
  /// The place of the energy in the tilt's list, counted from 0.
  public var energyIndex: Int?
  /// The frames that took part.
  public var frameCount: Int?
  /// When it was made, nanoseconds since 1970.
  public var timestamp: Int64?
  /// Figures by name, each name with its unit: errors, coverage, losses, depths.
  public var quality: [String: Double]
  /// Words by name: the message of an event, its severity, the state.
  public var text: [String: String]

  /// Makes a header that is about nothing in particular.
  public init(sequence: Int, generation: Int = 0) {
    self.sequence = sequence
    self.generation = generation
    self.quality = [:]
    self.text = [:]
  }

  /// Makes a header about a scan.
  public init(sequence: Int, generation: Int = 0, identity: ScanIdentity, frameCount: Int? = nil) {
    self.init(sequence: sequence, generation: generation)
    scan = identity.scan
    tomogram = identity.tomogram
    tilt = identity.tilt
    tiltIndex = identity.tiltIndex
    energy = identity.energy
    energyIndex = identity.energyIndex
    self.frameCount = frameCount
  }
}
