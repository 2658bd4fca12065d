// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing
import Tomography

/// `tiltfold resolution` and `tiltfold profile`.
@Suite struct ResolutionCommandTests {
  let scratch: TemporaryFolder
  let tiltfold: BuiltProgram
  static let side = 40

  init() throws {
    scratch = try TemporaryFolder()
    tiltfold = try #require(BuiltProgram.tiltfold, "tiltfold was not built beside the tests")
  }

  /// A ball whose edge along x is a Gaussian-blurred step, seen from the side as a slab.
  private func slab(deviation: Double, seed: UInt64, noise: Double = 0.01) -> Volume {
    var volume = Volume(sizeX: Self.side, sizeZ: 36, sizeY: 32)
    var random = SeededGenerator(seed: seed)
    // The integral of a Gaussian about x = 20.
    var height = 0.0
    var heights: [Double] = []
    for i in 0..<Self.side * 100 {
      if i % 100 == 0 { heights.append(height) }
      let z = ((Double(i) + 0.5) / 100 - 20) / deviation
      height += 0.01 * exponential(-z * z / 2) / (deviation * (2 * Double.pi).squareRoot())
    }
    for x in 0..<Self.side {
      for place in 0..<36 * 32 {
        volume.values[x * 36 * 32 + place] = Float(heights[x] + noise * random.normal())
      }
    }
    return volume
  }

  private func mrc(_ name: String, _ volume: Volume, voxel: Double = 5) throws -> String {
    let path = scratch.file(name)
    try writeMRC(volume, voxelSize: Length(nanometers: voxel), to: path)
    return path
  }

  @Test func anEdgeIsAsWideAsItWasBlurred() throws {
    let path = try mrc("slab.mrc", slab(deviation: 3, seed: 1))
    let stem = scratch.file("edge")
    let outcome = try tiltfold(
      "profile",
      path,
      "--from",
      "4,16,18",
      "--to",
      "36,16,18",
      "--width",
      "5",
      "--unit",
      "voxel",
      "--output",
      stem
    )
    #expect(outcome.code == 0, "\(outcome.errors)")
    let width = try #require(
      outcome.output.firstMatch(of: /width: +([0-9.]+) voxels from 10 % to 90 %/).flatMap {
        Double($0.output.1)
      }
    )
    #expect(abs(width / (2.563 * 3) - 1) < 0.05, "\(width)")
    let table = try String(contentsOfFile: "\(stem).csv", encoding: .utf8).split(separator: "\n")
    #expect(table.first == "distance_voxel,value" && table.count == 66)
    #expect(FileManager.default.fileExists(atPath: "\(stem).png"))

    // The same in nanometres about the middle: voxel 4 of 40 is at −15.5 voxels of 5 nm.
    let inNanometers = try tiltfold(
      "profile",
      path,
      "--from=-77.5,0,0",
      "--to=82.5,0,0",
      "--width",
      "5",
      "--unit",
      "nm",
      "--output",
      stem
    )
    #expect(inNanometers.code == 0, "\(inNanometers.errors)")
    let nanometers = try #require(
      inNanometers.output.firstMatch(of: /width: +([0-9.]+) nm/).flatMap { Double($0.output.1) }
    )
    #expect(abs(nanometers / (5 * width) - 1) < 0.03, "\(nanometers)")
  }

  @Test func aLineThatShowsNoEdgeIsExplained() throws {
    let path = try mrc("slab.mrc", slab(deviation: 2, seed: 2))
    var holed = slab(deviation: 2, seed: 2)
    holed[x: 20, z: 18, y: 16] = .infinity
    for (from, to, words) in [
      ("4,16,18", "44,16,18", "44.0,16.0,18.0 lies outside the volume, which has x 0 to 39"),
      ("3,16,18", "3,4,18", "crosses no edge"),
      ("20,16,18", "21,16,18", "shorter than 4 voxels"),
    ] {
      let outcome = try tiltfold("profile", path, "--from", from, "--to", to, "--no-files")
      #expect(outcome.code == 65)
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
    for arguments in [["--from", "1,2", "--to", "1,2,3"], ["--from", "1,2,x", "--to", "1,2,3"]] {
      let outcome = try tiltfold.run(["profile", path] + arguments)
      #expect(outcome.code == 64)
      #expect(outcome.errors.contains("three numbers x,y,z"))
    }
    let missing = try tiltfold("profile", "none.mrc", "--from", "1,2,3", "--to", "9,2,3")
    #expect(missing.code == 66)
    let energy = try tiltfold(
      "profile",
      path,
      "--energy",
      "1",
      "--from",
      "4,16,18",
      "--to",
      "36,16,18"
    )
    #expect(energy.code == 65 && energy.errors.contains("leave --energy out"))
  }

  @Test func twoHalfVolumesAreCompared() throws {
    let first = try mrc("even.mrc", slab(deviation: 2, seed: 3, noise: 0.05))
    let second = try mrc("odd.mrc", slab(deviation: 2, seed: 4, noise: 0.05))
    let stem = scratch.file("halves")
    let outcome = try tiltfold("resolution", first, second, "--output", stem)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("half period, 1/2 bit"))
    #expect(outcome.output.contains("voxels of 5.00 nm"))
    let table = try String(contentsOfFile: "\(stem).csv", encoding: .utf8).split(separator: "\n")
    #expect(table.count == 21 && table[0].hasPrefix("what,frequency_per_nm,half_period_nm,"))
    #expect(FileManager.default.fileExists(atPath: "\(stem).png"))

    let same = try tiltfold("resolution", first, first, "--no-files")
    #expect(same.output.contains("5.0 nm (voxels' limit)"), "\(same.output)")

    let smaller = try mrc("small.mrc", Volume(sizeX: 8, sizeZ: 8, sizeY: 8))
    let coarse = try mrc("coarse.mrc", slab(deviation: 2, seed: 5), voxel: 6)
    for (other, words) in [
      (smaller, "even.mrc has 40 x 32 x 36 voxels (x, y, z)"),
      (coarse, "5.000 nm in"),
    ] {
      let refused = try tiltfold("resolution", first, other, "--no-files")
      #expect(refused.code == 65)
      #expect(refused.errors.contains(words), "\(refused.errors)")
    }
    let alone = try tiltfold("resolution", first)
    #expect(alone.code == 65 && alone.errors.contains("name both"))
    #expect(try tiltfold("resolution", first, first, first).code == 64)
  }

  @Test func aTomogramIsMeasuredFromItsProjections() throws {
    let path = scratch.file("tomogram.h5")
    try writeTomogram(try tomogram(tilts: 20), to: path)
    let outcome = try tiltfold("resolution", path, "--sweeps", "4", "--diameter-nm", "200")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("708.2 eV"))
    #expect(outcome.output.contains("10 + 10"))
    // pi 200 nm / 20.
    #expect(outcome.output.contains("31.4 nm"), "\(outcome.output)")
    #expect(scratch.names.contains("tomogram-resolution.png"))
    #expect(scratch.names.contains("tomogram-resolution.csv"))
    let none = try tiltfold("resolution", path, "--energy", "3")
    #expect(none.code == 65 && none.errors.contains("its energies are 0"), "\(none.errors)")

    try writeTomogram(try tomogram(tilts: 6), to: path)
    let few = try tiltfold("resolution", path)
    #expect(few.code == 65 && few.errors.contains("fewer than 8 tilts"), "\(few.errors)")
  }

  /// Every command of the how-to that needs no running process.
  @Test func theCommandsOfTheHowToRun() throws {
    let text = try #require(Repository.text(of: "Docs/HowTo/MeasureResolution.md"))
    var commands: [[String]] = []
    // Every other piece stands between fences.
    for (place, block) in text.components(separatedBy: "```").enumerated()
    where !place.isMultiple(of: 2) {
      for line in block.split(separator: "\n") {
        let words: [String] = line.split(separator: " ").map { String($0) }
        guard words.first == "tiltfold", words[1] != "control" else { continue }
        commands.append(words)
      }
    }
    #expect(commands.count == 5)
    let results = scratch.file("results")
    try FileManager.default.createDirectory(atPath: results, withIntermediateDirectories: true)
    try writeTomogram(try tomogram(tilts: 20), to: "\(results)/tomogram.h5")
    _ = try mrc("even.mrc", slab(deviation: 2, seed: 3))
    _ = try mrc("odd.mrc", slab(deviation: 2, seed: 4))
    for command in commands {
      let outcome = try tiltfold.run(
        Array(command.dropFirst()),
        limit: "cd \(URL(filePath: results).deletingLastPathComponent().path)"
      )
      #expect(outcome.code == 0, "\(command): \(outcome.errors)")
      #expect(outcome.output.contains("written: "))
    }
  }

  private func tomogram(tilts count: Int) throws -> TomogramRecord {
    var object = Volume(sizeX: 32, sizeZ: 32, sizeY: 28)
    for x in 10..<22 {
      for z in 12..<18 {
        for y in 8..<20 { object[x: x, z: z, y: y] = 0.05 }
      }
    }
    let tilts = (0..<count).map { TiltAngle(degrees: -76 + 152 * Double($0) / Double(count - 1)) }
    let shape = Shape2D(rows: 28, columns: 32)
    var stack = ImageStack(count: count, shape: shape)
    var coverage = stack
    var random = SeededGenerator(seed: 8)
    for (place, tilt) in tilts.enumerated() {
      var image = ParallelProjector.project(object, at: tilt)
      for i in image.values.indices { image.values[i] += Float(0.02 * random.normal()) }
      stack[place] = image
      coverage[place] = Image(shape: shape, filledWith: 1)
    }
    return TomogramRecord(
      name: "plate",
      voxelSize: Length(nanometers: 6.7),
      tilts: tilts,
      energies: [PhotonEnergy(electronVolts: 708.2)],
      projections: [stack],
      coverage: [coverage],
      volumes: [object],
      shifts: tilts.map { _ in .zero },
      accepted: tilts.map { _ in true }
    )
  }
}
