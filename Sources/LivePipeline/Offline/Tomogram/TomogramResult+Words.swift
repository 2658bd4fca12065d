// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging

extension TomogramResult {
  /// What came out, a few lines for a person.
  public var inWords: String {
    var lines = remarks.isEmpty ? [] : ["input: \(remarks.joined(separator: "\n       "))"]
    lines.append(volumeWords)
    lines.append(tiltWords)
    lines.append(contentsOf: residualWords)
    lines.append(shiftWords)
    if let axis = record.axis {
      lines.append(
        String(
          format: "axis: %.2f degrees off, %.2f pixels from the middle",
          axis.tilt,
          axis.offset
        )
      )
    }
    if wasCutShort { lines.append("ended on request: this is what there was") }
    return lines.joined(separator: "\n")
  }

  /// The root mean square over all tilts of projection minus re-projection, for each energy.
  public var residuals: [Double] {
    record.residuals.map { residuals in
      let known = residuals.filter(\.isFinite)
      let squares = known.reduce(0) { $0 + $1 * $1 }
      return known.isEmpty ? .nan : (squares / Double(known.count)).squareRoot()
    }
  }

  private var volumeWords: String {
    guard let volume = record.volumes.first else { return "volume: none" }
    let done = record.sweepResiduals.map(\.count).min() ?? 0
    let energies = record.energies.count > 1 ? "\(record.energies.count) x " : ""
    return String(
      format: "volume: %@%d x %d x %d voxels (x, z, y) of %.2f nm, %@, %.1f s",
      energies,
      volume.sizeX,
      volume.sizeZ,
      volume.sizeY,
      record.voxelSize.nanometers,
      done < sweeps ? "\(done) of \(Words.count(sweeps, "sweep"))" : Words.count(done, "sweep"),
      elapsed
    )
  }

  private var tiltWords: String {
    let taking = zip(record.tilts, record.accepted).filter(\.1).map(\.0.degrees)
    let range = "\(Words.number(taking.min() ?? .nan)) to \(Words.number(taking.max() ?? .nan))"
    let held = record.tilts.indices.filter { !record.accepted[$0] }
    var text = "tilts: \(taking.count) from \(range) degrees"
    if !held.isEmpty {
      let list = held.map { "\(places[$0]) (\(Words.number(record.tilts[$0].degrees)) degrees)" }
      text += "; held back \(held.count): \(Words.list(list))"
    }
    return text
  }

  private var residualWords: [String] {
    record.energies.indices.map { energy in
      let label = record.energies.count > 1 ? " at \(energyWords(energy))" : ""
      let power = rootMeanSquare(ofProjections: energy)
      return String(
        format:
          "residual%@: %.4g RMS of projection minus re-projection, %.1f %% of the projections'",
        label,
        residuals[energy],
        100 * residuals[energy] / power
      )
    }
  }

  private var shiftWords: String {
    guard wasAligned else { return "shifts: as they stood in the file" }
    let shifts = zip(record.shifts, record.accepted).filter(\.1).map(\.0)
    func range(_ values: [Double]) -> String {
      "\(Words.number(values.min() ?? .nan)) to \(Words.number(values.max() ?? .nan))"
    }
    return
      "shifts: rows \(range(shifts.map(\.rows))), columns \(range(shifts.map(\.columns))) pixels"
  }

  func energyWords(_ energy: Int) -> String {
    let electronVolts = record.energies[energy].electronVolts
    return electronVolts > 0 ? "\(Words.number(electronVolts, 2)) eV" : record.quantity
  }

  private func rootMeanSquare(ofProjections energy: Int) -> Double {
    let (values, trust) = (record.projections[energy], record.coverage[energy])
    let count = values.shape.count
    var (squares, total) = (0.0, 0.0)
    for tilt in record.tilts.indices where record.accepted[tilt] {
      for i in tilt * count..<(tilt + 1) * count {
        squares += Double(trust.values[i]) * Double(values.values[i]) * Double(values.values[i])
        total += Double(trust.values[i])
      }
    }
    return (squares / max(total, .leastNormalMagnitude)).squareRoot()
  }
}
