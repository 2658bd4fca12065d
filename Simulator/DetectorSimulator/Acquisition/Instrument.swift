// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel

/// The instruments whose settings are known.
public enum Instrument: String, Sendable, Hashable, CaseIterable {
  /// The demonstration: 5.3.2.1's optics and detector without its defects, darks once.
  case demo
  /// ALS beamline 5.3.2.1: a disc of Si₃N₄ before the detector, one exposure at each point.
  case als5321 = "als-5.3.2.1"
  /// ALS beamline 7.0.1.2, COSMIC: no disc, a short and a ten times longer exposure.
  case cosmic = "als-cosmic-7.0.1"
  /// The experiment of Yu et al. (Nat. Commun. 9, 921 (2018)) as a whole: 5.3.2.1's optics, 158 tilts,
  /// cleaned patterns but for the tilt of 0°.
  case paperTwin = "paper-twin"
}

extension SimulationParameters {
  /// The settings of an instrument.
  public init(_ instrument: Instrument) {
    self.init()
    guard instrument != .demo else { return }
    guard instrument != .paperTwin else {
      tomogram = "paper-twin"
      ensemble = .harvested
      plateCount = 100
      sampleDiameter = Length(nanometers: 500)
      volumeSide = 88
      tiltCount = 158
      (scanColumns, scanRows) = (15, 15)
      positionError = Length(nanometers: 2)
      drift = Length(nanometers: 4)
      shiftJitter = 4
      axisWobble = 1.5
      seriesDrift = 6
      frames = .cleaned
      rawTilt = 80
      return
    }
    camera.darkCurrent = 20
    camera.rowStripes = 1
    camera.blooming = 0.3
    darkCount = 5
    takesDarksEachScan = true
    guard instrument == .cosmic else { return }
    attenuator.transmissions = [1, 1]
    detectorDistance = Length(meters: 0.121)
    zonePlateDiameter = Length(micrometers: 360)
    outerZone = Length(nanometers: 45)
    defocus = Length(micrometers: 5)
    step = Length(nanometers: 60)
    // The detector's edge stands for 7.4 nm at 708 eV and this distance.
    voxelSize = Length(nanometers: 8)
    photonsPerSecond = 5e7
    exposureTime = 0.02
    exposureRatio = 10
  }
}
