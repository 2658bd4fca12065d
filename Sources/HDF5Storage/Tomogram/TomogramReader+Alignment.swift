// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

extension StorageFile {
  /// Reads what files of the first versions have not.
  func readLaterFields(into record: inout TomogramRecord) throws(StorageError) {
    let group = TomogramPaths.alignment
    if exists(TomogramPaths.quantity) { record.quantity = try readText(at: TomogramPaths.quantity) }
    record.confidence = try readList(at: "\(group)/confidence")
    if exists("\(group)/held_back_reasons") {
      record.heldBackReasons = try readText(at: "\(group)/held_back_reasons")
        .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    record.imageRotations = try readList(at: "\(group)/image_rotation")
    record.imageScales = try readList(at: "\(group)/image_scale")
    if exists("\(group)/tilt_index") {
      record.tiltIndices = try read(Int32.self, at: "\(group)/tilt_index").values.map { Int($0) }
    }
    if exists("\(group)/acquisition_place") {
      record.acquisition = try read(Int32.self, at: "\(group)/acquisition_place").values
        .map { Int($0) }
    }
    for energy in record.energies.indices {
      let columns = try readList(at: "\(group)/energy_shift_columns_\(energy)")
      let rows = try readList(at: "\(group)/energy_shift_rows_\(energy)")
      if !columns.isEmpty {
        record.energyShifts.append(
          zip(rows, columns).map { PixelShift(rows: $0, columns: $1) }
        )
      }
      let residuals = try readList(at: "\(TomogramPaths.convergence)/residual_\(energy)")
      if !residuals.isEmpty {
        // What stands behind the last sweep of an energy that was left earlier.
        let last = residuals.lastIndex { !$0.isNaN }.map { $0 + 1 } ?? 0
        record.sweepResiduals.append(Array(residuals[..<last]))
      }
    }
    if exists("\(group)/axis_tilt") {
      record.axis = RotationAxis(
        tilt: try readValue(at: "\(group)/axis_tilt"),
        offset: try readValue(at: "\(group)/axis_offset")
      )
    }
  }

  /// A list of numbers; empty where there is none.
  private func readList(at path: String) throws(StorageError) -> [Double] {
    exists(path) ? try read(Double.self, at: path).values : []
  }
}
