// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing

import LivePipeline

// Polar angles and compositions, whichever energy comes first and whatever is subtracted.
extension ResultsReportTests {
  /// The box again, with compositions about 93 % and 5 % LiFePO₄ and, below the edge, what both phases and
  /// something without iron absorb at all energies alike.
  ///
  /// - Parameters:
  ///   - isTurned: Whether FePO₄'s peak is the configuration's first energy.
  ///   - foreign: The OD per voxel of what holds no iron.
  ///   - subtracts: Whether there is an energy below the edge, which is subtracted.
  /// - Returns: The record, and the share of FePO₄ in its iron.
  private func mixture(
    isTurned: Bool = false,
    foreign: Double = 0,
    subtracts: Bool = false
  ) -> (record: TomogramRecord, charge: Double) {
    var record = record()
    let (a, below) = ([[11.80, 5.33], [5.45, 11.86]], [0.39, 0.37])
    let thickness = record.voxelSize.micrometers
    var random = SeededGenerator(seed: 11)
    var third = Volume(sizeX: Self.side, sizeZ: Self.side, sizeY: Self.side)
    var (charge, count) = (0.0, 0.0)
    for i in third.values.indices {
      let label = record.chemistry?.phaseLabel.values[i] ?? 0
      guard label > 0 else { continue }
      let share = label == 1 ? 0.93 + 0.06 * random.normal() : 0.05 + 0.05 * random.normal()
      func density(_ row: [Double]) -> Double {
        thickness * (row[0] * share + row[1] * (1 - share)) + foreign
      }
      record.volumes[0].values[i] = Float(density(a[0]))
      record.volumes[1].values[i] = Float(density(a[1]))
      third.values[i] = Float(density(below))
      let taken = subtracts ? density(below) : 0
      let (first, second) = (density(a[0]) - taken, density(a[1]) - taken)
      let angle = isTurned ? atan2(first, second) : atan2(second, first)
      record.chemistry?.polarAngle.values[i] = Float(angle * 180 / .pi)
      charge += 1 - share
      count += 1
    }
    record.parameters = "chemistry:\n  segmentation_threshold_percent: 25\n"
    if isTurned {
      record.parameters +=
        "  absorption_per_um: [[5.45, 11.86], [11.80, 5.33]]\n  energies_eV: [710.2, 708.2]\n"
    }
    if subtracts {
      record.parameters += "  subtract_pre_edge: true\n"
      record.energies.insert(PhotonEnergy(electronVolts: 700), at: 0)
      record.volumes.insert(third, at: 0)
      record.projections.append(record.projections[0])
      record.coverage.append(record.coverage[0])
      record.residuals.append(record.residuals[0])
    }
    return (record, charge / count)
  }

  /// The numbers of the two peaks, and the state of charge in percent.
  private func chemistry(in page: String) throws -> (
    angles: [Double], compositions: [Double], charge: Double
  ) {
    func number(_ name: String) throws -> Double {
      let cell = try row(name, in: page)[0].split(separator: " ")[0]
      return try #require(Double(cell.replacing("−", with: "-")), "\(cell)")
    }
    // The rows of both phases have the same names for what follows the angle.
    let compositions = page.components(separatedBy: "<td>composition at that centre, LFP</td>")
      .dropFirst()
      .compactMap { $0.firstMatch(of: />([^<]*)<\/td>/).map { String($0.output.1) } }
      .compactMap { Double($0.replacing("−", with: "-")) }
    return (
      try ["LFP-like", "FP-like"].map { try number("polar angle of \($0) voxels, centre") },
      compositions, try number("state of charge, FP among all iron phosphate")
    )
  }

  @Test(arguments: [false, true])
  func theOrderOfTheEnergiesDoesNotExchangeThePhases(isTurned: Bool) throws {
    let (record, charge) = mixture(isTurned: isTurned)
    try writeTomogram(record, to: folder.file("tomogram.h5"))
    let text = try page(ResultsReport(folder.path))
    let found = try chemistry(in: text)
    // By the absorption 93 % are at 27.5° and 5 % at 64.0°; turned about, at what they lack to 90°.
    for (angle, expected) in zip(found.angles, [27.5, 63.9]) {
      #expect(abs(angle - (isTurned ? 90 - expected : expected)) < 0.8, "\(found)")
    }
    #expect(found.compositions.count == 2)
    for (composition, expected) in zip(found.compositions, [93.0, 5.0]) {
      #expect(abs(composition - expected) < 2, "\(found)")
    }
    #expect(abs(found.charge - 100 * charge) < 0.06)
    #expect(text.contains("LFP-rich \(isTurned ? "above" : "below") ("))
    #expect(text.contains("FP-rich \(isTurned ? "below" : "above") ("))
  }

  @Test func compositionsAreThoseOfWhatIsLeftOfThePreEdge() throws {
    let (record, charge) = mixture(foreign: 0.02, subtracts: true)
    try writeTomogram(record, to: folder.file("tomogram.h5"))
    let text = try page(ResultsReport(folder.path))
    let found = try chemistry(in: text)
    // The absorption as it stands would make 95.0 % of the angle of 93 %, and what holds no iron would
    // draw the state of charge towards one half.
    #expect(abs(found.compositions[0] - 93) < 1.4, "\(found)")
    #expect(abs(found.compositions[1] - 5) < 2, "\(found)")
    #expect(abs(found.charge - 100 * charge) < 0.06)
    #expect(text.contains("less the density below the edge"))
  }
}
