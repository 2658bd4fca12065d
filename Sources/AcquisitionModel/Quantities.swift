// SPDX-License-Identifier: BSD-3-Clause

/// A length.
public struct Length: Hashable, Comparable, Sendable {
  /// The length in metres.
  public var meters: Double

  /// Makes a length of so many metres.
  public init(meters: Double) { self.meters = meters }
  /// Makes a length of so many micrometres.
  public init(micrometers: Double) { self.meters = micrometers * 1e-6 }
  /// Makes a length of so many nanometres.
  public init(nanometers: Double) { self.meters = nanometers * 1e-9 }

  /// The length in micrometres.
  public var micrometers: Double { meters * 1e6 }
  /// The length in nanometres.
  public var nanometers: Double { meters * 1e9 }

  /// Whether one length is shorter than another.
  public static func < (a: Length, b: Length) -> Bool { a.meters < b.meters }
}

/// The energy of the incident photons.
public struct PhotonEnergy: Hashable, Comparable, Sendable {
  /// The energy in electron volts.
  public var electronVolts: Double

  /// Makes an energy of so many electron volts.
  public init(electronVolts: Double) { self.electronVolts = electronVolts }
  /// Makes an energy of so many joules.
  public init(joules: Double) { self.electronVolts = joules / Self.joulesPerElectronVolt }

  /// The energy in joules.
  public var joules: Double { electronVolts * Self.joulesPerElectronVolt }
  /// The energy in whole twentieths of an electron volt: what lies within one shares its tables.
  public var twentieths: Int { Int((min(max(electronVolts, 0), 1e9) * 20).rounded()) }
  /// The wavelength hc/E.
  public var wavelength: Length { Length(meters: 1.239_841_984e-6 / electronVolts) }

  /// One electron volt in joules (exact since the SI of 2019).
  public static let joulesPerElectronVolt = 1.602_176_634e-19

  /// Whether one energy is lower than another.
  public static func < (a: PhotonEnergy, b: PhotonEnergy) -> Bool {
    a.electronVolts < b.electronVolts
  }
}

/// The angle of the sample about the rotation axis; a positive tilt turns +z towards +x.
public struct TiltAngle: Hashable, Comparable, Sendable {
  /// The angle in degrees.
  public var degrees: Double

  /// Makes an angle of so many degrees.
  public init(degrees: Double) { self.degrees = degrees }

  /// The angle in radians.
  public var radians: Double { degrees * .pi / 180 }

  /// Whether one angle is smaller than another.
  public static func < (a: TiltAngle, b: TiltAngle) -> Bool { a.degrees < b.degrees }
}
