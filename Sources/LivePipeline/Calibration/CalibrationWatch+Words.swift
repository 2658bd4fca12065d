// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Preprocessing

// What follows from what was found, and what a person is told of it.
extension CalibrationWatch {
  /// Takes a centre over and says so.
  mutating func takeOver(
    _ result: Result<CenterCalibration.Result, CalibrationError>,
    _ subject: CalibrationLook.Subject
  ) -> RunEvent {
    switch result {
    case .success(let beam) where beam.uncertainty < Self.acceptable:
      center = beam.center
      return RunEvent(
        beam.uncertainty < Self.goodEnough ? .info : .warning,
        "the direct beam falls on \(Self.words(beam.center)) ± "
          + "\(Words.number(beam.uncertainty, 2)) px, by \(beam.frameCount) frames; the "
          + "tomogram is made with that",
        scan: subject.key
      )
    case .success(let beam):
      center = nil
      return unknown(subject, "its place is uncertain by \(Words.number(beam.uncertainty)) px")
    case .failure(let error):
      center = nil
      return unknown(subject, error.description)
    }
  }

  private func unknown(_ subject: CalibrationLook.Subject, _ reason: String) -> RunEvent {
    RunEvent(
      .warning,
      "the direct beam was not found: \(reason). The middle of the picture is taken; find it by "
        + "\"tiltfold calibrate center\" and set preprocessing.center_px",
      scan: subject.key
    )
  }

  /// A beam that falls elsewhere; one that is not seen, behind a thick sample, says nothing.
  func compare(
    _ result: Result<CenterCalibration.Result, CalibrationError>,
    _ subject: CalibrationLook.Subject
  ) -> RunEvent? {
    guard parameters.checksCalibration, case .success(let beam) = result,
      beam.uncertainty < Self.goodEnough
    else { return nil }
    let rows = beam.center.row - subject.near.row
    let columns = beam.center.column - subject.near.column
    let distance = (rows * rows + columns * columns).squareRoot()
    guard distance > Self.tolerance, distance > 3 * beam.uncertainty else { return nil }
    let remedy =
      parameters.findsCenter
      ? "It stays so until the next tomogram"
      : "Set preprocessing.center_px: \(Self.words(beam.center))"
    return RunEvent(
      .warning,
      "the direct beam falls on \(Self.words(beam.center)) ± "
        + "\(Words.number(beam.uncertainty, 2)) px, \(Words.number(distance)) px from "
        + "\(Self.words(subject.near)), which is in use. \(remedy)",
      scan: subject.key
    )
  }

  /// A photon that reads something else; each energy is looked at once.
  mutating func compare(
    _ result: PhotonCalibration.Result,
    _ subject: CalibrationLook.Subject
  ) -> RunEvent? {
    guard knownGains.insert(subject.energy.twentieths).inserted else { return nil }
    let found = result.aduPerElectronVolt(subject.energy)
    let off = abs(found.value - parameters.aduPerElectronVolt)
    guard off > 0.03 * parameters.aduPerElectronVolt, off > 4 * found.uncertainty else {
      return nil
    }
    return RunEvent(
      .warning,
      "single photons read \(Words.number(result.aduPerPhoton.value)) ± "
        + "\(Words.number(result.aduPerPhoton.uncertainty)) ADU, where preprocessing.adu_per_eV "
        + "says \(Words.number(parameters.aduPerElectronVolt * subject.energy.electronVolts)). "
        + "Make sure by \"tiltfold calibrate photons\" and set preprocessing.adu_per_eV: "
        + Words.short(found.value),
      scan: subject.key
    )
  }

  private static func words(_ place: PicturePosition) -> String {
    "[\(Words.number(place.row, 2)), \(Words.number(place.column, 2))]"
  }
}
