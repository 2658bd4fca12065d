// SPDX-License-Identifier: BSD-3-Clause

/// Which scan of which tilt of which tomogram, at which energy.
public struct ScanIdentity: Hashable, Sendable {
  /// The scan's own name, as its source gave it.
  public var scan: String
  /// The tomogram that it belongs to, where known.
  public var tomogram: String?
  /// The sample's tilt, where known.
  public var tilt: TiltAngle?
  /// The place of the tilt in the series, counted from 0, where known.
  public var tiltIndex: Int?
  /// The photon energy.
  public var energy: PhotonEnergy
  /// The place of the energy in the tilt's list, counted from 0, where known.
  public var energyIndex: Int?

  /// Makes an identity.
  public init(
    scan: String,
    tomogram: String? = nil,
    tilt: TiltAngle? = nil,
    tiltIndex: Int? = nil,
    energy: PhotonEnergy,
    energyIndex: Int? = nil
  ) {
    self.scan = scan
    self.tomogram = tomogram
    self.tilt = tilt
    self.tiltIndex = tiltIndex
    self.energy = energy
    self.energyIndex = energyIndex
  }
}
