// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// What part of the photons an attenuator lets through at one energy.
public struct EnergyTransmission: Sendable, Hashable {
  /// The photon energy.
  public var energy: PhotonEnergy
  /// The part that passes, 0 to 1.
  public var transmission: Double

  /// Makes one entry of an attenuator's table.
  public init(energy: PhotonEnergy, transmission: Double) {
    self.energy = energy
    self.transmission = transmission
  }
}

/// The disc in front of the detector that weakens the bright middle of the pattern.
///
/// Its transmission has to be calibrated at each energy: 5 µm of Si₃N₄ differ by 6 % between
/// 708.2 and 710.2 eV, and neither is near the value that beamline software assumes.
public struct AttenuatorParameters: Sendable, Hashable {
  /// Key `radius_m`: the disc's radius on the detector.
  public var radius = Length(meters: 1.83e-3)
  /// Key `transmissions`: its transmission at each energy in use, or on either side of it.
  public var transmissions = [
    EnergyTransmission(energy: PhotonEnergy(electronVolts: 708.2), transmission: 0.015),
    EnergyTransmission(energy: PhotonEnergy(electronVolts: 710.2), transmission: 0.0159),
  ]
  /// Key `offset_px`: how far its middle lies from the middle of the 960 x 960 picture, pixels.
  public var offset = PixelShift.zero
  /// Key `edge_width_px`: pixels nearer to the disc's edge than this are not used, pixels.
  public var edgeWidth = 1.0

  /// Makes the attenuator of the paper's instrument as its software states it.
  public init() {}

  /// Throws unless the disc and its table make sense.
  public func validate() throws(ParameterError) {
    try ParameterError.require(radius.meters, in: 1e-6...0.1, key: "attenuator.radius_m")
    try ParameterError.require(edgeWidth, in: 0...50, key: "attenuator.edge_width_px")
    for value in [offset.rows, offset.columns] {
      try ParameterError.require(value, in: -480...480, key: "attenuator.offset_px")
    }
    guard !transmissions.isEmpty else {
      throw ParameterError(
        key: "attenuator.transmissions",
        value: "empty",
        expected: "one entry for each energy"
      )
    }
    for entry in transmissions {
      try ParameterError.require(
        entry.energy.electronVolts,
        in: 10...100_000,
        key: "attenuator.transmissions"
      )
      try ParameterError.require(
        entry.transmission,
        in: 1e-6...1,
        key: "attenuator.transmissions"
      )
    }
  }

  /// The transmission at an energy.
  ///
  /// That of the entry within 0.5 eV of it, else what the line between the entries on either side says;
  /// it is never guessed beyond the last entry.
  func transmission(at energy: PhotonEnergy) throws(ParameterError) -> Double {
    let distance = { (entry: EnergyTransmission) in
      abs(entry.energy.electronVolts - energy.electronVolts)
    }
    let nearest = transmissions.min { distance($0) < distance($1) }
    if let nearest, distance(nearest) <= 0.5 { return nearest.transmission }
    let below = transmissions.filter { $0.energy < energy }.max { $0.energy < $1.energy }
    let above = transmissions.filter { $0.energy > energy }.min { $0.energy < $1.energy }
    guard let below, let above else {
      let known = transmissions.map { "\($0.energy.electronVolts)" }.joined(separator: ", ")
      throw ParameterError(
        key: "attenuator.transmissions",
        value: "given at \(known) eV",
        expected:
          "an entry within 0.5 eV of \(energy.electronVolts) eV, or entries on either side of it"
      )
    }
    let part =
      (energy.electronVolts - below.energy.electronVolts)
      / (above.energy.electronVolts - below.energy.electronVolts)
    return below.transmission + part * (above.transmission - below.transmission)
  }
}
