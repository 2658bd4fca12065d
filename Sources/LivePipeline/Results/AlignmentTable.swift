// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
package import HDF5Storage
import Registration

/// How every tilt of a tomogram was laid on the others, and what that says of the stage, as CSV.
///
/// A row for each tilt in the order of the series; lines that begin with # say what holds for all.
/// Docs/Reference/FileLayout.md has the columns.
package struct AlignmentTable {
  /// The table, as text.
  package let text: String

  /// Takes a tomogram's alignment apart.
  package init(of record: TomogramRecord) {
    let taking = record.takingTilts
    let motion = record.stageMotion
    var lines = ["# \(record.name): shifts applied to the projections, and the sample's motion"]
    if let axis = record.axis {
      lines.append(
        Self.format(
          "# rotation axis: leans by %.3f degrees, %.3f +- %.3f pixels right of the middle",
          axis.tilt,
          axis.offset,
          motion.axisOffsetError
        )
      )
    }
    func drift(_ value: Double, _ error: Double) -> String {
      error.isFinite
        ? Self.format("%.3f +- %.3f", value, error) : "not told by the order of the tilts"
    }
    lines.append(
      "# drift from the first to the last tilt, pixels: rows "
        + drift(motion.drift.rows, motion.driftError.rows) + ", columns "
        + drift(motion.drift.columns, motion.driftError.columns)
    )
    lines.append(
      Self.format(
        "# jitter, RMS: rows %.3f, columns %.3f pixels",
        motion.jitter.rows,
        motion.jitter.columns
      )
    )
    // A series without photons has one energy of 0 eV.
    let energies = record.energies.map {
      $0.electronVolts > 0 ? Self.format("residual_%.2f_eV", $0.electronVolts) : "residual"
    }
    let reason = record.heldBackReasons.isEmpty ? [] : ["held_back_reason"]
    lines.append((Self.columns + energies + reason).joined(separator: ","))
    for tilt in record.tilts.indices {
      let entry = taking.firstIndex(of: tilt).map { motion.entries[$0] }
      lines.append(Self.row(tilt, entry, record))
    }
    text = lines.joined(separator: "\n") + "\n"
  }

  private static let columns = [
    "tilt", "rotation_angle_deg", "accepted", "confidence", "shift_rows_px", "shift_columns_px",
    "image_rotation_deg", "image_scale", "drift_rows_px", "drift_columns_px", "wobble_rows_px",
    "wobble_columns_px", "place_rows_px", "place_columns_px", "jitter_rows_px",
    "jitter_columns_px",
  ]

  private static func row(
    _ tilt: Int,
    _ entry: StageMotion.Entry?,
    _ record: TomogramRecord
  ) -> String {
    func number(_ value: Double?, _ digits: Int = 4) -> String {
      guard let value, value.isFinite else { return "" }
      // No −0.0000 beside a zero.
      if abs(value) < 0.5e-6 { return String(format: "%.\(digits)f", 0.0) }
      return String(format: "%.\(digits)f", value)
    }
    func value(_ list: [Double]) -> Double? { tilt < list.count ? list[tilt] : nil }
    let shift = record.shifts[tilt]
    let index = tilt < record.tiltIndices.count ? record.tiltIndices[tilt] : tilt
    var cells = [
      "\(index)", number(record.tilts[tilt].degrees, 3), record.accepted[tilt] ? "1" : "0",
      number(value(record.confidence)), number(shift.rows), number(shift.columns),
      number(value(record.imageRotations)), number(value(record.imageScales), 6),
    ]
    for part in [entry?.drift, entry?.wobble, entry?.place, entry?.jitter] {
      cells += [number(part?.rows), number(part?.columns)]
    }
    cells += record.residuals.map { number(value($0), 6) }
    if !record.heldBackReasons.isEmpty {
      let reason = tilt < record.heldBackReasons.count ? record.heldBackReasons[tilt] : ""
      cells.append(reason.isEmpty ? "" : "\"\(reason.replacing("\"", with: "\"\""))\"")
    }
    return cells.joined(separator: ",")
  }

  private static func format(_ text: String, _ values: Double...) -> String {
    String(format: text, arguments: values)
  }
}
