// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// A Fresnel zone plate with its central stop, the lens that makes the probe.
public struct ZonePlate: Sendable, Hashable {
  /// The diameter of the zones.
  public var diameter: Length
  /// The width of the outermost zone.
  public var outerZone: Length
  /// The diameter of the central stop as a fraction of the zones' diameter, 0 for none.
  public var centralStop: Double

  /// Makes a zone plate; the defaults are those of 240 µm with 100 nm zones.
  public init(
    diameter: Length = Length(micrometers: 240),
    outerZone: Length = Length(nanometers: 100),
    centralStop: Double = 0.35
  ) {
    self.diameter = diameter
    self.outerZone = outerZone
    self.centralStop = centralStop
  }

  /// The focal length D Δr / λ.
  public func focalLength(at energy: PhotonEnergy) -> Length {
    Length(meters: diameter.meters * outerZone.meters / energy.wavelength.meters)
  }

  /// The largest spatial frequency in the probe, 1 / (2 Δr), 1/m, whatever the energy.
  public var cutoffFrequency: Double { 1 / (2 * outerZone.meters) }
}
