// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing

import LivePipeline

@Suite struct ParticleReportTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// One plate of pure FePO₄ at the energies given, with an OD of what holds no iron and absorbs alike at all
  /// of them.
  private func tomogram(_ energies: [Double], foreign: Float = 0) throws -> String {
    let size = Length(nanometers: 6.7)
    var record = TomogramRecord(
      name: "plate",
      voxelSize: size,
      tilts: [],
      energies: energies.map { PhotonEnergy(electronVolts: $0) }
    )
    record.volumes = energies.map { energy in
      let absorption = energy < 707 ? 0.37 : energy < 709 ? 5.33 : 11.86
      var volume = Volume(sizeX: 40, sizeZ: 40, sizeY: 40)
      for y in 8..<32 {
        for z in 10..<30 {
          for x in 15..<25 {
            volume.values[(x * 40 + z) * 40 + y] = Float(absorption * size.micrometers) + foreign
          }
        }
      }
      return volume
    }
    let path = folder.file("\(energies[0]).h5")
    try writeTomogram(record, to: path)
    return path
  }

  @Test(arguments: [[708.2, 710.2], [710.2, 708.2], [700, 708.2, 710.2]])
  func energiesAreThoseOfTheAbsorption(_ energies: [Double]) throws {
    let result = try #require(try ParticleReport(tomogram(energies)).run())
    #expect(result.count == 1)
    _ = try result.write(to: folder.file("found"), pictures: false)
    let name = "found/\(energies[0])-particles.h5"
    let particles = try #require(try readTomogram(folder.file(name)).particles)
    let share = try #require(particles["delithiated"].first)
    #expect(abs(share - 1) < 1e-3, "\(share)")
  }

  @Test func thePreEdgeIsTakenFromWhatParticlesAreMadeOf() throws {
    let path = try tomogram([700, 708.2, 710.2], foreign: 0.03)
    func found(_ overrides: [String]) throws -> (share: Double, voxels: Double) {
      let result = try #require(try ParticleReport(path, overrides: overrides).run())
      _ = try result.write(to: folder.file("found"), pictures: false)
      let file = folder.file("found/700.0-particles.h5")
      let particles = try #require(try readTomogram(file).particles)
      return (
        try #require(particles["delithiated"].first),
        try #require(particles["volume_voxels"].first)
      )
    }
    let plain = try found([])
    let subtracted = try found(["chemistry.subtract_pre_edge=true"])
    // What holds no iron looks like a mixture of both, and adds to the volume.
    #expect(plain.share < 0.9, "\(plain)")
    #expect(abs(subtracted.share - 1) < 1e-3, "\(subtracted)")
    #expect(abs(subtracted.voxels / (24 * 20 * 10) - 1) < 0.01, "\(subtracted)")
    #expect(plain.voxels / subtracted.voxels > 1.3)
  }

  @Test func severalTomogramsMayShareAFolder() throws {
    let paths = ["tomogram", "second-tomogram", "third"].map { folder.file("\($0).h5") }
    for path in paths {
      try FileManager.default.copyItem(atPath: tomogram([708.2, 710.2]), toPath: path)
      let result = try #require(try ParticleReport(path).run())
      _ = try result.write(to: folder.file("all"), pictures: false)
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.file("all")).sorted()
    #expect(
      files == [
        "particles.csv", "particles.h5", "second-particles.csv", "second-particles.h5",
        "third-particles.csv", "third-particles.h5",
      ]
    )
  }

  @Test func otherEnergiesAreRefused() throws {
    let error = try #require(throws: PipelineError.self) {
      try ParticleReport(tomogram([640, 650]))
    }
    #expect(error.kind == .data && error.description.contains("640.0 and 650.0 eV"))
  }

  @Test func peaksOfUnknownErrorStayOutOfTheSummary() throws {
    // A peak of one bin leaves its error undetermined, and JSON has no such number.
    let peak = ChemistryFigures.Peak(
      angle: 27,
      angleError: 0.1,
      angleWidth: 3,
      composition: 0.9,
      compositionWidth: 8
    )
    var narrow = peak
    narrow.angleError = .nan
    #expect(RunSummary.Tomogram.known([peak, peak]) == [peak, peak])
    #expect(RunSummary.Tomogram.known([narrow, peak]) == nil)
    #expect(RunSummary.Tomogram.known([]) == nil)
  }
}
