// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// A scan that a sidecar file lists, for a stream that says nothing of scans.
public struct SidecarScan: Hashable, Sendable {
  /// The scan's name.
  public var name: String
  /// Where it belongs.
  public var placement: Placement
  /// The photon energy.
  public var energy: PhotonEnergy
  /// Planned positions (x, y), metres on the source's axes, by scan point.
  public var positions: [ScanPosition]
  /// Darks before the first point, for each exposure time.
  public var darks: Int
  /// Exposure times of each point, seconds, in the order of taking; not empty.
  public var exposureTimes: [Double]
  /// The number of its first frame; nil where the camera counts on from the scan before.
  public var firstFrame: Int?
  /// The number of tilts of the tomogram, where said.
  public var tiltCount: Int?
  /// The number of energies of each tilt, where said.
  public var energyCount: Int?

  /// Darks and exposures together.
  var frameCount: Int { (darks + positions.count) * exposureTimes.count }

  /// What a start would say.
  func description(_ axes: PositionAxes) -> ScanDescription {
    var description = ScanDescription(
      identity: placement.applied(to: ScanIdentity(scan: name, energy: energy)),
      positions: positions.map { axes.position(x: $0.x, y: $0.y) }
    )
    description.positionsAreCentered = false
    description.exposureTimes = exposureTimes
    description.expectedFrames = positions.count * exposureTimes.count
    description.tiltCount = tiltCount
    description.energyCount = energyCount
    return description
  }
}

/// Where a scan belongs, as a person says it.
public struct Placement: Hashable, Sendable {
  /// The sample's tilt.
  public var tilt: TiltAngle?
  /// The place of the tilt in the series, from 0.
  public var tiltIndex: Int?
  /// The place of the energy in the tilt's list, from 0.
  public var energyIndex: Int?
  /// The tomogram.
  public var tomogram: String?

  /// An identity with what is said here; what is not said stays.
  func applied(to identity: ScanIdentity) -> ScanIdentity {
    var identity = identity
    identity.tilt = tilt ?? identity.tilt
    identity.tiltIndex = tiltIndex ?? identity.tiltIndex
    identity.energyIndex = energyIndex ?? identity.energyIndex
    identity.tomogram = tomogram ?? identity.tomogram
    return identity
  }
}
