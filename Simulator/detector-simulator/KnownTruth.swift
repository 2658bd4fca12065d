// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import HDF5Storage

/// What of a truth file the score needs.
struct KnownTruth {
  var phantom: Phantom
  var voxelSize: Length
  var tilts: [TiltAngle]
  var energies: [PhotonEnergy]
  var sampleShifts: [PixelShift]
  /// Absorption of the pure phases, per µm, one for each energy.
  var absorption: [PhaseAbsorption]
  /// Exposures sent, or planned where the file was not finished.
  var exposures: Int
  /// The time of one exposure, seconds, where the file tells it.
  var exposureTime: Double?
  /// Photons that meet the sample in one exposure, where the file tells them.
  var photonsPerExposure: Double?

  /// The share of FePO₄ in all plates, 0 to 1; nil where there are none.
  var stateOfCharge: Double? {
    let volume = phantom.volume
    guard volume > 0 else { return nil }
    let lithiated = phantom.plates.reduce(0) { $0 + $1.meanComposition * $1.box.volume }
    return 1 - lithiated / volume
  }

  /// Reads a file that `run` has written.
  init(reading path: String) throws {
    let file = try StorageFile(reading: path)
    let plates: StoredArray<Double> = try file.read(at: "/entry/plates")
    let columns = NanoPlate.columns.count
    guard plates.shape.count == 2, plates.shape[1] == columns else {
      throw ScoreError(
        description:
          "\(path): /entry/plates is [\(plates.shape.map(String.init).joined(separator: ", "))]; "
          + "expected [plate, \(columns)]. Write it again with this version of detector-simulator run"
      )
    }
    phantom = Phantom(
      plates: stride(from: 0, to: plates.values.count, by: columns).compactMap {
        NanoPlate(row: Array(plates.values[$0..<min($0 + columns, plates.values.count)]))
      }
    )
    let parameters = "/entry/parameters"
    guard let voxel = file.attributeNumbers("voxel_size_m", of: parameters)?.first,
      let planned = file.attributeNumbers("exposures_planned", of: parameters)?.first
    else { throw ScoreError(description: "\(path): this is no truth of detector-simulator") }
    voxelSize = Length(meters: voxel)
    let sent = file.attributeNumbers("exposures_sent", of: "/entry")?.first
    exposures = Int(sent ?? planned)
    exposureTime = file.attributeNumbers("exposure_s", of: parameters)?.first
    let rate = file.attributeNumbers("photons_per_second", of: parameters)?.first
    photonsPerExposure = exposureTime.flatMap { time in rate.map { $0 * time } }
    let angles: StoredArray<Double> = try file.read(at: "/entry/tilt_angle")
    tilts = angles.values.map(TiltAngle.init(degrees:))
    let energy: StoredArray<Double> = try file.read(at: "/entry/energy")
    energies = energy.values.map(PhotonEnergy.init(electronVolts:))
    let shifts: StoredArray<Double> = try file.read(at: "/entry/sample_shift_px")
    sampleShifts = stride(from: 0, to: shifts.values.count - 1, by: 2).map {
      PixelShift(rows: shifts.values[$0], columns: shifts.values[$0 + 1])
    }
    let matrix: StoredArray<Double> = try file.read(at: "/entry/absorption")
    guard matrix.values.count == 2 * energies.count, sampleShifts.count == tilts.count else {
      throw ScoreError(description: "\(path): this is no truth of detector-simulator")
    }
    absorption = stride(from: 0, to: matrix.values.count, by: 2).map {
      PhaseAbsorption(lithiated: matrix.values[$0], delithiated: matrix.values[$0 + 1])
    }
  }
}

/// Why no score can be given.
struct ScoreError: Error, CustomStringConvertible {
  var description: String
}
