// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging

/// What a twin's stack of energies left, beside what its simulator knows.
struct TwinSpectra {
  let record: SpectraRecord
  /// The truth of the run that measured the stack.
  let truth: KnownTruth
  /// Where the maps truly have iron.
  let comparison: SpectraComparison

  /// Reads the file of `tiltfold spectra`, with the `truth.h5` beside it.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - energies: The two energies whose mean OD is that of iron.
  ///   - known: The truth of the tomogram, which counts where there is no other.
  /// - Throws: `StorageError` or `ScoreError` that names what is missing.
  init(reading path: String, energies: [PhotonEnergy], orElse known: KnownTruth) throws {
    record = try readSpectra(path)
    let beside = URL(filePath: path).deletingLastPathComponent().appending(path: "truth.h5").path
    truth =
      FileManager.default.fileExists(atPath: beside) ? try KnownTruth(reading: beside) : known
    guard let iron = record.map("iron_optical_density"), let tilt = truth.tilts.first else {
      throw ScoreError(description: "\(path) has no map of iron; tiltfold spectra writes one")
    }
    guard truth.tilts.count == 1 || truth.energies.count == record.energies.count else {
      throw ScoreError(
        description: "\(beside) is missing, and without it the tilt of the stack is not known"
      )
    }
    var mean = PhaseAbsorption(lithiated: 0, delithiated: 0)
    let places = TruthAlignment.indices(of: energies, in: truth.energies)
    for place in places {
      mean.lithiated += truth.absorption[place].lithiated / Double(places.count)
      mean.delithiated += truth.absorption[place].delithiated / Double(places.count)
    }
    comparison = SpectraComparison(
      iron: iron,
      phantom: truth.phantom,
      tilt: tilt,
      pixelSize: record.pixelSize ?? truth.voxelSize,
      absorption: mean
    )
  }

  /// How the stack was measured, in words.
  private var conditions: String {
    let photons = truth.photonsPerExposure.map { ", \(String(format: "%.1e", $0)) photons" } ?? ""
    return "\(comparison.pixelCount) pixels, \(record.energies.count) energies\(photons)"
  }

  /// Charge, R-factors and mismatch, over the pixels whose true iron OD is above 0.1.
  static func add(_ spectra: TwinSpectra?, fault: String, to table: inout PaperTable) {
    table.add(
      "state of charge, 2-D",
      "%",
      paper: "16.8",
      truth: spectra.flatMap { $0.truth.stateOfCharge }.map { 100 * $0 },
      found: spectra?.record.figure("state_of_charge").map { 100 * $0 }
    )
    table.add(
      "pixels with R below 0.15, before any filter",
      "%",
      paper: "94.64",
      found: spectra.flatMap { spectra in
        spectra.record.map("r_factor").map { spectra.comparison.wellFitted($0) }
      },
      remark: spectra?.conditions ?? fault,
      .atLeast(94.6),
      small: .atLeast(90)
    )
    let maps = ["composition_3d_2e", "composition_unfiltered"].compactMap {
      spectra?.record.map($0)
    }
    let own = spectra?.record.figure("mismatch_3d_2e_percent")
    table.add(
      "segmentation mismatch at X = 30, 3-D against 2-D",
      "%",
      paper: "7.4",
      found: maps.count == 2
        ? spectra?.comparison.mismatch(of: maps[0], with: maps[1]) : nil,
      remark: own.map { "\(String(format: "%.2f", $0)) where iron was measured" } ?? "",
      .atMost(7.4),
      small: .atMost(30)
    )
  }
}
