// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

extension SimulationParameters {
  /// Throws where a value lies outside what can be simulated.
  public func validate() throws(ParameterError) {
    try validateSample()
    try validateScan()
    try validateInstrument()
  }

  private func validateSample() throws(ParameterError) {
    try ParameterError.require(plateCount, in: 0...400, key: "plates")
    try ParameterError.require(sampleDiameter.nanometers, in: 100...900, key: "diameter_nm")
    try ParameterError.require(volumeSide, in: 16...150, key: "volume_side")
    try ParameterError.require(voxelSize.nanometers, in: 4...9, key: "voxel_nm")
  }

  private func validateScan() throws(ParameterError) {
    try ParameterError.require(tiltCount, in: 1...2000, key: "tilts")
    try ParameterError.require(firstAngle.degrees, in: -90...90, key: "first_angle_deg")
    try ParameterError.require(lastAngle.degrees, in: -90...90, key: "last_angle_deg")
    try ParameterError.require(energies.count, in: 1...200, key: "energies_eV")
    guard Set(energies).count == energies.count else {
      throw ParameterError(
        key: "energies_eV",
        value: energies.map { "\($0.electronVolts)" }.joined(separator: ", "),
        expected: "each energy once"
      )
    }
    for energy in energies {
      try ParameterError.require(energy.electronVolts, in: 100...3000, key: "energies_eV")
    }
    try ParameterError.require(scanColumns, in: 1...200, key: "scan")
    try ParameterError.require(scanRows, in: 1...200, key: "scan")
    try ParameterError.require(step.nanometers, in: 1...1000, key: "step_nm")
    try ParameterError.require(positionJitter.nanometers, in: 0...100, key: "jitter_nm")
    try ParameterError.require(positionError.nanometers, in: 0...100, key: "position_error_nm")
    try ParameterError.require(drift.nanometers, in: 0...1000, key: "drift_nm")
    try ParameterError.require(shiftJitter, in: 0...20, key: "shift_jitter_px")
    try ParameterError.require(axisWobble, in: 0...20, key: "wobble_px")
    try ParameterError.require(seriesDrift, in: 0...40, key: "series_drift_px")
    if let rawTilt {
      try ParameterError.require(rawTilt, in: 0...tiltCount - 1, key: "raw_tilt")
      guard frames == .cleaned else {
        throw ParameterError(
          key: "raw_tilt",
          value: "\(rawTilt) with raw frames",
          expected: "cleaned frames, among which it is the exception"
        )
      }
    }
  }

  private func validateInstrument() throws(ParameterError) {
    try ParameterError.require(photonsPerSecond, in: 1...1e12, key: "photons_per_second")
    try ParameterError.require(exposureTime, in: 1e-4...100, key: "exposure_s")
    if let exposureRatio {
      try ParameterError.require(exposureRatio, in: 1.5...1000, key: "double_exposure")
      guard frames == .raw else {
        throw ParameterError(
          key: "double_exposure",
          value: "\(exposureRatio) with cleaned frames",
          expected: "raw frames, which are merged later"
        )
      }
    }
    if let beamLifetime {
      try ParameterError.require(beamLifetime, in: 1...1e9, key: "beam_lifetime_s")
    }
    try ParameterError.require(beamFlicker, in: 0...0.5, key: "beam_flicker")
    try ParameterError.require(shutterFailureFraction, in: 0...1, key: "shutter_failures")
    try ParameterError.require(zonePlateDiameter.micrometers, in: 10...1000, key: "zone_plate_um")
    try ParameterError.require(outerZone.nanometers, in: 10...400, key: "outer_zone_nm")
    try ParameterError.require(centralStop, in: 0...0.9, key: "central_stop")
    try ParameterError.require(defocus.micrometers, in: -100...100, key: "defocus_um")
    try ParameterError.require(detectorDistance.meters, in: 0.01...1, key: "distance_m")
    try ParameterError.require(attenuator.radius.meters, in: 0...0.05, key: "attenuator_radius_m")
    guard attenuator.transmissions.count == 2 || attenuator.transmissions.count >= energies.count
    else {
      throw ParameterError(
        key: "attenuator_transmission",
        value: "\(attenuator.transmissions.count) values for \(energies.count) energies",
        expected: "one for each energy, or two, for 708.2 and 710.2 eV"
      )
    }
    for transmission in attenuator.transmissions {
      try ParameterError.require(transmission, in: 2e-4...1, key: "attenuator_transmission")
    }
    try ParameterError.require(beamOffset.rows, in: -200...200, key: "beam_offset_px")
    try ParameterError.require(beamOffset.columns, in: -200...200, key: "beam_offset_px")
    try camera.validate()
    try ParameterError.require(darkCount, in: 0...1000, key: "darks")
  }
}
