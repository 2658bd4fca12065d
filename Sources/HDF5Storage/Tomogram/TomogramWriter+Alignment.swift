// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

extension StorageFile {
  /// Writes how each tilt was laid on the volume's axes.
  func writeAlignment(of record: TomogramRecord) throws(StorageError) {
    let group = TomogramPaths.alignment
    try makeData(group, signal: "shift_columns", axes: ["rotation_angle"])
    try setAttribute("auxiliary_signals", of: group, to: ["shift_rows"])
    try writeTilts(record.tilts, in: group)
    let accepted = record.accepted.map { UInt8($0 ? 1 : 0) }
    try write(list: record.shifts.map(\.columns), at: "\(group)/shift_columns", unit: "pixel")
    try write(list: record.shifts.map(\.rows), at: "\(group)/shift_rows", unit: "pixel")
    try write(list: accepted, at: "\(group)/accepted", unit: "1")
    for (energy, residuals) in record.residuals.enumerated() {
      try write(list: residuals, at: "\(group)/residual_\(energy)", unit: "1")
    }
    let lists = [
      ("confidence", record.confidence, "1"),
      ("image_rotation", record.imageRotations, "degree"),
      ("image_scale", record.imageScales, "1"),
    ]
    for (name, values, unit) in lists where !values.isEmpty {
      try write(list: values, at: "\(group)/\(name)", unit: unit)
    }
    if !record.heldBackReasons.isEmpty {
      let lines = record.heldBackReasons.map { $0.replacing("\n", with: " ") }
      try write(text: lines.joined(separator: "\n"), at: "\(group)/held_back_reasons")
    }
    if !record.tiltIndices.isEmpty {
      try write(
        list: record.tiltIndices.map { Int32(clamping: $0) },
        at: "\(group)/tilt_index",
        unit: "1"
      )
    }
    if !record.acquisition.isEmpty {
      try write(
        list: record.acquisition.map { Int32(clamping: $0) },
        at: "\(group)/acquisition_place",
        unit: "1"
      )
    }
    for (energy, shifts) in record.energyShifts.enumerated() {
      let place = "\(group)/energy_shift"
      try write(list: shifts.map(\.columns), at: "\(place)_columns_\(energy)", unit: "pixel")
      try write(list: shifts.map(\.rows), at: "\(place)_rows_\(energy)", unit: "pixel")
    }
    if let axis = record.axis {
      try write(value: axis.tilt, at: "\(group)/axis_tilt", unit: "degree")
      try write(value: axis.offset, at: "\(group)/axis_offset", unit: "pixel")
    }
  }

  /// Writes the residual of every sweep.
  func writeConvergence(of record: TomogramRecord) throws(StorageError) {
    let group = TomogramPaths.convergence
    guard let sweeps = record.sweepResiduals.map(\.count).max(), sweeps > 0 else { return }
    try makeData(group, signal: "residual_0", axes: ["sweep"])
    let others = record.sweepResiduals.indices.dropFirst().map { "residual_\($0)" }
    if !others.isEmpty { try setAttribute("auxiliary_signals", of: group, to: others) }
    try write(list: (1...sweeps).map { Int32($0) }, at: "\(group)/sweep", unit: "1")
    for (energy, residuals) in record.sweepResiduals.enumerated() {
      // Energies may have been left at different sweeps.
      let missing = [Double](repeating: .nan, count: sweeps - residuals.count)
      try write(list: residuals + missing, at: "\(group)/residual_\(energy)", unit: "1")
    }
  }
}
