// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ArgumentParser
import DetectorSimulator

/// Beam, optics and exposures, as options.
struct BeamOptions: ParsableArguments {
  @Option(help: "Photons on the sample each second. (2e7)")
  var photonsPerSecond: Double?
  @Option(help: "Exposure time, s; of the shorter exposure where there are two. (0.2)")
  var exposureS: Double?
  @Option(help: "A second exposure at each point, so many times longer; 0 for one. (0)")
  var doubleExposure: Double?
  @Flag(help: "The longer exposure comes first.")
  var longFirst = false
  @Option(help: "Time in which the beam current falls to 1/e, s; 0 where it is kept up. (0)")
  var beamLifetimeS: Double?
  @Option(help: "RMS of the beam current from one exposure to the next, relative. (0)")
  var beamFlicker: Double?
  @Option(help: "Part of the exposures in which the shutter stays open during the readout. (0)")
  var shutterFailures: Double?
  @Option(help: "Diameter of the zone plate, um; sets the focal length. (240)")
  var zonePlateUm: Double?
  @Option(help: "Width of its outermost zone, nm. (100)")
  var outerZoneNm: Double?
  @Option(help: "Central stop's diameter over the zone plate's. (0.4)")
  var centralStop: Double?
  @Option(help: "How far the sample stands downstream of the focus, um. (10)")
  var defocusUm: Double?
  @Option(help: "Sample to detector, m. (0.08)")
  var distanceM: Double?
  @Option(
    help:
      "Transmission of the attenuator at each energy, or two at 708.2 and 710.2 eV. (0.015,0.0159)"
  )
  var attenuator: String?
  @Option(help: "Radius of the attenuator, mm. (1.83)")
  var attenuatorRadiusMm: Double?
  @Option(help: "The attenuator's centre off the picture's middle, px, ROWS,COLUMNS. (0,0)")
  var attenuatorOffsetPx: String?

  func apply(to parameters: inout SimulationParameters) throws {
    set(&parameters.photonsPerSecond, to: photonsPerSecond)
    set(&parameters.exposureTime, to: exposureS)
    if let doubleExposure { parameters.exposureRatio = doubleExposure == 0 ? nil : doubleExposure }
    parameters.longExposureComesFirst = longFirst
    if let beamLifetimeS { parameters.beamLifetime = beamLifetimeS == 0 ? nil : beamLifetimeS }
    set(&parameters.beamFlicker, to: beamFlicker)
    set(&parameters.shutterFailureFraction, to: shutterFailures)
    set(&parameters.zonePlateDiameter, to: zonePlateUm.map(Length.init(micrometers:)))
    set(&parameters.outerZone, to: outerZoneNm.map(Length.init(nanometers:)))
    set(&parameters.centralStop, to: centralStop)
    set(&parameters.defocus, to: defocusUm.map(Length.init(micrometers:)))
    set(&parameters.detectorDistance, to: distanceM.map(Length.init(meters:)))
    if let attenuator {
      parameters.attenuator.transmissions = try numbers(attenuator, "--attenuator")
    }
    set(
      &parameters.attenuator.radius,
      to: attenuatorRadiusMm.map { Length(meters: $0 * 1e-3) }
    )
    if let attenuatorOffsetPx {
      parameters.attenuator.offset = try shift(attenuatorOffsetPx, "--attenuator-offset-px")
    }
  }
}

/// The camera, as options.
struct CameraOptions: ParsableArguments {
  @Option(help: "ADU for each eV of a photon's energy. (0.0353107)")
  var aduPerEv: Double?
  @Option(help: "Read noise, ADU. (5)")
  var readNoise: Double?
  @Option(help: "Dark current, ADU each second. (0)")
  var darkCurrentAduPerS: Double?
  @Option(help: "RMS of an offset of each row of each half in each frame, ADU. (0)")
  var rowStripesAdu: Double?
  @Option(help: "Part of what a word cannot hold that comes out with its channel's next. (0)")
  var blooming: Double?
  @Option(help: "Pixels of high dark current. (0)")
  var hotPixels: Int?
  @Option(help: "Pixels that see no light. (0)")
  var deadPixels: Int?
  @Option(help: "The direct beam falls so far off the picture's middle, px, ROWS,COLUMNS. (0,0)")
  var beamOffsetPx: String?
  @Option(help: "Dark frames of each exposure time. (10)")
  var darks: Int?
  @Flag(inversion: .prefixedNo, help: "Darks before every scan, or before the first. (first)")
  var darksEachScan: Bool?
  @Option(help: "Raw FastCCD words (raw) or 128x128 photon counts (cleaned). (raw)")
  var frames: SimulationParameters.FrameKind?
  @Option(
    help: "With cleaned frames: the tilt, counted from 0, that is sent raw; -1 for none. (-1)"
  )
  var rawTilt: Int?

  func apply(to parameters: inout SimulationParameters) throws {
    set(&parameters.camera.aduPerElectronVolt, to: aduPerEv)
    set(&parameters.camera.readNoise, to: readNoise)
    set(&parameters.camera.darkCurrent, to: darkCurrentAduPerS)
    set(&parameters.camera.rowStripes, to: rowStripesAdu)
    set(&parameters.camera.blooming, to: blooming)
    set(&parameters.camera.hotPixelCount, to: hotPixels)
    set(&parameters.camera.deadPixelCount, to: deadPixels)
    if let beamOffsetPx { parameters.beamOffset = try shift(beamOffsetPx, "--beam-offset-px") }
    set(&parameters.darkCount, to: darks)
    set(&parameters.takesDarksEachScan, to: darksEachScan)
    set(&parameters.frames, to: frames)
    if let rawTilt { parameters.rawTilt = rawTilt < 0 ? nil : rawTilt }
  }
}

/// A place relative to another, ROWS,COLUMNS.
private func shift(_ text: String, _ option: String) throws -> PixelShift {
  let parts = try numbers(text, option)
  guard parts.count == 2 else {
    throw ValidationError("\(option) is \(text); expected ROWS,COLUMNS, as 3.4,-2")
  }
  return PixelShift(rows: parts[0], columns: parts[1])
}
