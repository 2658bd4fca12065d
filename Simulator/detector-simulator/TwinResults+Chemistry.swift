// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging

extension TwinResults {
  /// Polar angles, widths, composition against truth, state of charge.
  func addChemistry(to table: inout PaperTable) {
    let figures = record.chemistry?.figures
    let ends = [
      ("Li0.93", "27.48", Phantom.lithiatedEnd, "11.3"),
      ("Li0.02", "65.0", Phantom.delithiatedEnd, "13.9"),
    ]
    for (place, end) in ends.enumerated() {
      let (name, angle, composition, width) = end
      let peak = figures?.peaks.indices.contains(place) == true ? figures?.peaks[place] : nil
      let truth = polarAngle(ofComposition: composition)
      table.add(
        "polar angle, \(name)",
        "degree",
        paper: angle,
        truth: truth,
        found: peak?.angle,
        remark: peak.map { "\(rounded($0.angle - truth)) off" } ?? ""
      )
      table.add(
        "polar angle off the truth, \(name)",
        "degree",
        found: peak.map { abs($0.angle - truth) },
        .atMost(1),
        small: .atMost(8)
      )
      table.add(
        "composition at the centre, \(name)",
        "%",
        truth: 100 * composition,
        found: peak.map { 100 * $0.composition }
      )
      table.add(
        "composition width, \(name)",
        "points",
        paper: width,
        found: peak?.compositionWidth,
        .atMost(Double(width) ?? .nan),
        small: .atMost(36)
      )
    }
    let comparison = record.chemistry.map {
      ChemistryComparison(
        lithiated: $0.lithiated,
        delithiated: $0.delithiated,
        truth: alignment.truth
      )
    }
    table.add(
      "composition error, RMS over plate voxels",
      "points",
      found: comparison?.voxelError,
      remark: comparison.map { "\($0.voxelCount) voxels" } ?? "",
      .atMost(12),
      small: .atMost(20)
    )
    table.add("composition error, RMS over plates", "points", found: comparison?.plateError)
    let charged = 100 * (known.stateOfCharge ?? .nan)
    table.add(
      "state of charge, 3-D",
      "%",
      paper: "16.2",
      truth: charged,
      found: figures.map { 100 * $0.stateOfCharge },
      remark: figures.map {
        let squares = $0.stateOfChargeUncertainties.reduce(0) { $0 + $1 * $1 }
        return squares.isFinite ? "+- \(rounded(100 * squares.squareRoot()))" : ""
      } ?? ""
    )
    table.add(
      "state of charge off the truth",
      "points",
      found: figures.map { abs(100 * $0.stateOfCharge - charged) },
      .atMost(1),
      small: .atMost(8)
    )
    for (place, energy) in record.energies.enumerated().prefix(2) {
      var volume = DensityComparison()
      let index = TruthAlignment.energyIndices(known, record)[place]
      let truth = alignment.truth.opticalDensity(known.absorption[index])
      volume.add(record.volumes[place].values, truth: truth.values)
      table.add(
        "OD of voxels, found over true, \(energy.electronVolts) eV",
        "1",
        truth: 1,
        found: volume.scale,
        remark: "RMS error \(rounded(100 * volume.relativeError)) %"
      )
    }
  }

  /// Where iron of a composition stands, degrees.
  private func polarAngle(ofComposition composition: Double) -> Double {
    let density = TruthAlignment.energyIndices(known, record).prefix(2).map { index in
      known.absorption[index].lithiated * composition
        + known.absorption[index].delithiated * (1 - composition)
    }
    return atan2(density[1], density[0]) * 180 / .pi
  }

  func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
