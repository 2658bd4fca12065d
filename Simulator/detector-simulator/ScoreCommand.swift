// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ArgumentParser
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging

/// Compares results with the truth and fails where a figure is out of its bounds.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Compares results with the truth; exit code 1 where a figure is out of bounds.",
    discussion: """
      The true sample is moved onto the reconstructed volume first, since no data can tell where
      the volume sits; nothing else is fitted.

      Example:
        detector-simulator score --truth demo-results/truth.h5 --results demo-results
      """
  )

  @Option(help: "File that `run --truth` wrote.")
  var truth: String
  @Option(help: "Folder with tomogram.h5 and summary.json.")
  var results: String
  @Option(help: "Another file than the folder's tomogram.h5.")
  var tomogram: String?
  @Option(help: "Another file than the folder's summary.json.")
  var liveReport: String?

  @Option(help: "Bound: RMS error of projected OD over the RMS of the truth.")
  var maxOdError = 0.35
  @Option(help: "Bound: RMS composition error over voxels inside plates, percentage points.")
  var maxVoxelError = 18.0
  @Option(help: "Bound: RMS composition error over plates, percentage points.")
  var maxPlateError = 6.0
  @Option(help: "Bound: voxels with the right majority phase, %.")
  var minMajority = 92.0
  @Option(help: "Bound: RMS registration error, pixels.")
  var maxRegistrationPx = 1.0
  @Option(help: "Bound: frames lost.")
  var maxLost = 0

  func run() throws {
    let known = try KnownTruth(reading: truth)
    let record = try readTomogram(tomogram ?? "\(results)/tomogram.h5")
    guard !record.volumes.isEmpty else {
      throw ScoreError(description: "the tomogram holds no volume")
    }
    var table = ScoreTable()
    let alignment = TruthAlignment.alignment(known, record)
    addDensity(known, record, alignment, to: &table)
    addChemistry(record, alignment, to: &table)
    addRegistration(known, record, to: &table)
    addFrames(known, to: &table)

    let offset = [alignment.offset.x, alignment.offset.y, alignment.offset.z]
      .map { String(format: "%.2f", $0) }.joined(separator: ", ")
    print("Against the truth, moved by (\(offset)) voxels onto the volume:")
    print(table.text)
    let out = table.outOfBounds
    guard out.isEmpty else {
      print("Out of bounds: \(out.joined(separator: "; ")).")
      throw ExitCode(1)
    }
    print("All figures are within their bounds.")
  }

  private func addDensity(
    _ known: KnownTruth,
    _ record: TomogramRecord,
    _ alignment: VolumeAlignment,
    to table: inout ScoreTable
  ) {
    let moved = known.phantom.moved(by: alignment.offset * record.voxelSize.meters)
    for (energy, index) in TruthAlignment.energyIndices(known, record).enumerated() {
      let name = "\(record.energies[energy].electronVolts) eV"
      var projections = DensityComparison()
      if record.projections.indices.contains(energy), record.coverage.indices.contains(energy) {
        projections.add(
          projections: record.projections[energy],
          coverage: record.coverage[energy],
          tilts: record.tilts,
          phantom: moved,
          pixelSize: record.voxelSize,
          absorption: known.absorption[index]
        )
      }
      table.add("projected OD error, \(name)", projections.relativeError, "", .atMost(maxOdError))
      table.add("projected OD, measured over true, \(name)", projections.scale, "")
      var volume = DensityComparison()
      let truth = alignment.truth.opticalDensity(known.absorption[index])
      volume.add(record.volumes[energy].values, truth: truth.values)
      table.add("volume OD error, \(name)", volume.relativeError, "")
      table.add("volume OD, measured over true, \(name)", volume.scale, "")
    }
  }

  private func addChemistry(
    _ record: TomogramRecord,
    _ alignment: VolumeAlignment,
    to table: inout ScoreTable
  ) {
    let result = record.chemistry.map {
      ChemistryComparison(
        lithiated: $0.lithiated,
        delithiated: $0.delithiated,
        truth: alignment.truth
      )
    }
    table.add(
      "composition error, voxels in plates",
      result?.voxelError,
      "points",
      .atMost(maxVoxelError)
    )
    table.add("composition error, plates", result?.plateError, "points", .atMost(maxPlateError))
    table.add(
      "majority phase right, one voxel inside",
      result?.majorityRight,
      "%",
      .atLeast(minMajority)
    )
    table.add("voxels in plates", result.map { Double($0.voxelCount) }, "")
    table.add("of these, without iron found", result.map { Double($0.emptyCount) }, "")
  }

  private func addRegistration(
    _ known: KnownTruth,
    _ record: TomogramRecord,
    to table: inout ScoreTable
  ) {
    let result = TruthAlignment.registration(known, record)
    table.add(
      "registration error",
      result?.rootMeanSquare,
      "px",
      .atMost(maxRegistrationPx)
    )
    table.add(
      "tilts in the volume",
      result.map { Double($0.vertical.count) },
      "of \(known.tilts.count)"
    )
  }

  private func addFrames(_ known: KnownTruth, to table: inout ScoreTable) {
    let counts = FrameCounts(reading: liveReport ?? "\(results)/summary.json")
    table.add("frames sent", Double(known.exposures), "")
    table.add("frames received", counts.received.map { Double($0) }, "")
    table.add("frames used", counts.used.map { Double($0) }, "")
    // Lost is what was said to be lost, or what never came, whichever is more.
    let missing = (counts.used ?? counts.received).map { known.exposures - $0 }
    let lost = [counts.lost, missing].compactMap { $0 }.max()
    table.add(
      "frames lost",
      lost.map { Double($0) },
      "",
      lost == nil ? .none : .atMost(Double(maxLost))
    )
  }
}
