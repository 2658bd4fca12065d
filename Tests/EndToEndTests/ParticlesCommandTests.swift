// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import TestSupport
import Testing

/// `tiltfold particles`.
@Suite struct ParticlesCommandTests {
  let scratch: TemporaryFolder
  let tiltfold: BuiltProgram

  init() throws {
    scratch = try TemporaryFolder()
    tiltfold = try #require(BuiltProgram.tiltfold, "tiltfold was not built beside the tests")
  }

  static let phantom = Phantom(plateCount: 12, diameter: Length(nanometers: 300), seed: 8)

  /// A tomogram of plates that are as sharp as their voxels.
  private func tomogram(energies: Int = 2) throws -> (path: String, truth: PhaseVolumes) {
    let size = Length(nanometers: 6.7)
    let truth = Self.phantom.volumes(side: 60, height: 60, voxelSize: size)
    let matrix = AbsorptionMatrix(rows: [[11.80, 5.33], [5.45, 11.86]])
    var random = SeededGenerator(seed: 2)
    var record = TomogramRecord(
      name: "plates",
      voxelSize: size,
      tilts: [],
      energies: [708.2, 710.2].prefix(energies).map { PhotonEnergy(electronVolts: $0) }
    )
    record.volumes = (0..<energies).map { energy in
      var volume = truth.opticalDensity(energyIndex: energy, matrix: matrix)
      for i in volume.values.indices { volume.values[i] += Float(0.001 * random.normal()) }
      return volume
    }
    let path = scratch.file("tomogram.h5")
    try writeTomogram(record, to: path)
    return (path, truth)
  }

  @Test func everyPlateStandsInTheTable() throws {
    let (path, truth) = try tomogram()
    let folder = scratch.file("found")
    let outcome = try tiltfold("particles", path, "--results", folder, "--section", "1", "2")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let plates = Self.phantom.plates
    #expect(outcome.output.contains("\(plates.count) particles"), "\(outcome.output)")
    let active = plates.count { 1 - $0.meanComposition >= 0.15 }
    #expect(outcome.output.contains("\(active) of them active"), "\(outcome.output)")

    let stored = try #require(try readTomogram("\(folder)/particles.h5").particles)
    let comparison = ParticleComparison(
      labels: stored.labels,
      volumes: stored["volume_voxels"],
      facetAreas: stored["facet_area"],
      thicknesses: stored["thickness"],
      delithiated: stored["delithiated"],
      isPlate: stored["is_bunch"].map { $0 == 0 },
      truth: truth,
      plates: plates
    )
    #expect(comparison.separatedCount == plates.count)
    #expect(comparison.volumeError < 5 && comparison.shareError < 2)

    let lines = try String(contentsOfFile: "\(folder)/particles.csv", encoding: .utf8)
      .split(separator: "\n").map(String.init)
    let rows = lines.filter { !$0.hasPrefix("#") }
    #expect(lines.count - rows.count == 3 && rows.count == plates.count + 1)
    let columns = rows[0].split(separator: ",").map(String.init)
    #expect(columns.first == "id" && columns.last == "neighbors")
    let volume = try #require(columns.firstIndex(of: "volume_nm3"))
    for (row, expected) in zip(rows.dropFirst(), stored["volume"]) {
      let cells = row.split(separator: ",", omittingEmptySubsequences: false)
      #expect(cells.count == columns.count)
      #expect(abs((Double(cells[volume]) ?? 0) / expected - 1) < 1e-4)
    }
    for name in ["particles.png", "particle-histograms.png", "particle-1.png", "particle-2.png"] {
      #expect(FileManager.default.fileExists(atPath: "\(folder)/\(name)"), "\(name)")
    }
  }

  @Test func optionsChangeWhatIsFound() throws {
    let (path, _) = try tomogram()
    let folder = scratch.file("none")
    let outcome = try tiltfold(
      "particles",
      path,
      "--results",
      folder,
      "--threshold",
      "5",
      "--no-pictures"
    )
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("0 particles; 0 bunches"), "\(outcome.output)")
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/particles.png"))
  }

  @Test func mistakesAreSaid() throws {
    let (path, _) = try tomogram()
    let strange = try tiltfold("particles", path, "--results", scratch.file("a"), "--section", "99")
    #expect(strange.code != 0 && strange.errors.contains("there is no particle 99"))
    #expect(!FileManager.default.fileExists(atPath: scratch.file("a")))
    let low = try tiltfold("particles", path, "--minimum-voxels", "2")
    #expect(low.code != 0 && low.errors.contains("minimum_voxels is 2"))
    let (single, _) = try tomogram(energies: 1)
    let one = try tiltfold("particles", single)
    #expect(one.code != 0 && one.errors.contains("told by two energies"))
  }
}
