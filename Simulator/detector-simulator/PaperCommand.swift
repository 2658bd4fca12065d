// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ArgumentParser
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging

/// Puts a twin's results beside the truth and the published values.
struct PaperCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "paper-table",
    abstract: "Puts results beside the truth and the values of Yu et al. (2018).",
    discussion: """
      Prints a table and writes it as paper-table.csv into the folder of the results. The published
      values are those of Nat. Commun. 9, 921 (2018) with its supporting information; the bounds are
      what the twin is to reach. What a file or folder does not hold stays empty, or counts as out of
      bounds where a bound stands; a file that cannot be read is told in its row. Exit code 1 where a
      figure is out, 2 where no table can be made.

      Example:
        detector-simulator paper-table --truth paper-twin-results/truth.h5 \\
          --results paper-twin-results
      """
  )

  @Option(help: "File that `run --truth` wrote.")
  var truth: String
  @Option(help: "Folder with tomogram.h5 and summary.json.")
  var results: String
  @Option(help: "File of `tiltfold spectra`; RESULTS/stack-spectra/spectra.h5 where it is there.")
  var spectra: String?
  @Option(help: "File that `reconstruct` wrote of the scan at 0 degrees with its halves.")
  var scan: String?
  @Option(help: "Seconds that the whole took, simulator included.")
  var seconds: Double?
  @Flag(help: "A small twin, which has bounds of its own.")
  var small = false

  func run() throws {
    let outOfBounds: [String]
    do {
      outOfBounds = try makeTable()
    } catch {
      FileHandle.standardError.write(Data("No table can be made: \(error)\n".utf8))
      throw ExitCode(2)
    }
    guard !outOfBounds.isEmpty else { return print("All figures are within their bounds.") }
    print("Out of bounds: \(outOfBounds.joined(separator: "; ")).")
    throw ExitCode(1)
  }

  /// Prints and writes the table; returns the names of the figures that are out of bounds.
  private func makeTable() throws -> [String] {
    let twin = try TwinResults(
      truth: truth,
      results: results,
      spectra: spectra ?? Self.existing("\(results)/stack-spectra/spectra.h5"),
      scan: scan
    )
    var table = PaperTable(isSmall: small)
    twin.addResolution(to: &table)
    twin.addChemistry(to: &table)
    TwinSpectra.add(twin.spectra, fault: twin.spectraFault, to: &table)
    twin.addParticles(to: &table)
    twin.addRun(seconds: seconds, to: &table)
    print(
      "The experiment of Yu et al. (2018) and its twin; the true sample is moved onto the volume:"
    )
    print(table.text)
    try table.csv.write(toFile: "\(results)/paper-table.csv", atomically: true, encoding: .utf8)
    return table.outOfBounds
  }

  private static func existing(_ path: String) -> String? {
    FileManager.default.fileExists(atPath: path) ? path : nil
  }
}
