// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import Reporting

/// What a tomogram holds.
enum TomogramDescription {
  static func lines(_ record: TomogramRecord) -> [String] {
    let angles = record.tilts.map(\.degrees)
    var lines = ["tomogram \"\(record.name)\", made by tiltfold \(record.version)"]
    let energies = record.energies.map(name(of:))
    lines.append(Words.line("energies", energies.isEmpty ? "none" : Words.list(energies)))
    if let lowest = angles.min(), let highest = angles.max() {
      lines.append(
        Words.line(
          "tilts",
          "\(angles.count) from \(Words.number(lowest)) to \(Words.number(highest)) degrees"
        )
      )
    } else {
      lines.append(Words.line("tilts", "none"))
    }
    lines.append(Words.line("accepted", accepted(record)))
    lines.append(Words.line("voxels", "\(Words.number(record.voxelSize.nanometers, 2)) nm"))
    lines.append(Words.line("volumes", volumes(record)))
    if let stack = record.projections.first {
      lines.append(
        Words.line(
          "projections",
          "\(stack.count) of \(stack.shape.rows) x \(stack.shape.columns) pixels at each energy"
        )
      )
    }
    lines.append(Words.line("alignment", alignment(record)))
    lines.append(Words.line("chemistry", chemistry(record)))
    return lines
  }

  /// The middle slices of its volumes, a row for each energy.
  static func sheet(_ path: String) throws(StorageError) -> PictureSheet? {
    let record = try readTomogram(path)
    return record.volumes.isEmpty ? nil : VolumeSlices.sheet(of: record)
  }

  /// An energy in words; of projections that are not of photons it is not known.
  private static func name(of energy: PhotonEnergy) -> String {
    energy.electronVolts > 0
      ? "\(Words.number(energy.electronVolts, 2)) eV" : "an energy that is not known"
  }

  private static func accepted(_ record: TomogramRecord) -> String {
    guard !record.accepted.isEmpty else { return "unknown" }
    let held = zip(record.tilts, record.accepted).filter { !$0.1 }
      .map { "\(Words.number($0.0.degrees))" }
    let count = record.accepted.count { $0 }
    guard !held.isEmpty else { return "all \(Words.count(count, "tilt"))" }
    return "\(Words.count(count, "tilt")); held back, degrees: \(Words.list(held))"
  }

  private static func volumes(_ record: TomogramRecord) -> String {
    guard let volume = record.volumes.first else { return "none" }
    let size = record.voxelSize.micrometers
    let extents = [volume.sizeX, volume.sizeZ, volume.sizeY]
    let micrometers = extents.map { Words.number(Double($0) * size, 2) }
    return "\(record.volumes.count) of \(extents.map { "\($0)" }.joined(separator: " x ")) voxels, "
      + "\(micrometers.joined(separator: " x ")) um (x, z, y)"
  }

  private static func alignment(_ record: TomogramRecord) -> String {
    guard !record.shifts.isEmpty else { return "none" }
    let largest =
      record.shifts.map { ($0.rows * $0.rows + $0.columns * $0.columns).squareRoot() }.max() ?? 0
    var text = "shifts up to \(Words.number(largest)) pixels"
    for (residuals, energy) in zip(record.residuals, record.energies) {
      let known = residuals.filter(\.isFinite).sorted()
      guard !known.isEmpty else { continue }
      text +=
        "; projections differ from re-projections by \(Words.short(known[known.count / 2]))"
        + " \(record.unitName) at \(name(of: energy)) (median)"
    }
    return text
  }

  private static func chemistry(_ record: TomogramRecord) -> String {
    guard let chemistry = record.chemistry else { return "none" }
    let labels = chemistry.phaseLabel.values
    let names = ["empty", "LiFePO4", "mixed", "FePO4"]
    let voxels = labels.count { $0 >= 1 }
    let parts = (1...3).map { label in
      let part = Double(labels.count { $0 == Float(label) }) / Double(max(voxels, 1))
      return "\(Words.number(100 * part)) % \(names[label])"
    }
    let lithiated = sum(chemistry.lithiated.values.span)
    let delithiated = sum(chemistry.delithiated.values.span)
    let charged = delithiated / max(lithiated + delithiated, .leastNormalMagnitude)
    return "\(Words.count(voxels, "voxel")) with iron: \(parts.joined(separator: ", ")); "
      + "\(Words.number(100 * charged)) % of all iron phosphate is FePO4"
  }
}
