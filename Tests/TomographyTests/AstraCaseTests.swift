// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Imaging
import Testing
import Tomography

/// ASTRA's line kernel and double-precision ART, SART and SIRT over its matrix, as
/// `Tests/References/astra_line_kernel.py` wrote them down.
@Suite struct AstraCaseTests {
  /// The lines of the table, each split at spaces.
  static let lines: [[Substring]] = {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "References/astra_line_kernel.txt")
    let text = (try? String(contentsOf: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { $0.split(separator: " ") }
  }()

  @Test func lengthsAreThoseOfTheLineKernel() throws {
    let rows = Self.lines.filter { $0[0] == "ray" }
    #expect(rows.count == 8 * 16)
    var tables: [Double: RayTable] = [:]
    var (worst, squares, differences) = (0.0, 0.0, 0.0)
    for row in rows {
      let size = try #require(Int(row[1]))
      let degrees = try #require(Double(row[2]))
      let column = try #require(Int(row[3]))
      var expected: [Int: Double] = [:]
      for entry in row.dropFirst(4) {
        let parts = entry.split(separator: ":")
        let length: Double = try #require(Double(parts[1]))
        expected[try #require(Int(parts[0]))] = length
      }
      let rays =
        tables[degrees]
        ?? RayTable(tilt: TiltAngle(degrees: degrees), sizeX: size, sizeZ: size)
      tables[degrees] = rays
      let found = Dictionary(
        uniqueKeysWithValues: rays.crossings(ofRay: column).map { ($0.voxel, Double($0.length)) }
      )
      for voxel in Set(found.keys).union(expected.keys) {
        let difference = (found[voxel] ?? 0) - (expected[voxel] ?? 0)
        worst = max(worst, abs(difference))
        differences += difference * difference
        squares += (expected[voxel] ?? 0) * (expected[voxel] ?? 0)
      }
    }
    #expect((differences / squares).squareRoot() < 1e-5)
    // ASTRA takes lengths as differences in single precision, which is off by up to 2e-5.
    #expect(worst < 3e-5, "\(worst)")
  }

  /// The chords of a disc, a little disturbed, as the script has them.
  func measured(size: Int, tilts: [Double]) -> [[Float]] {
    tilts.enumerated().map { k, degrees in
      let t = TiltAngle(degrees: degrees).radians
      let middle = 6.3 * cosine(t) - 9.7 * sine(t)
      return (0..<size).map { i in
        let u = Double(i) - Double(size - 1) / 2 - middle
        let chord = 0.2 * max(0, 225 - u * u).squareRoot()
        return Float(chord + 0.05 * Double((7 * k + 3 * i) % 5 - 2))
      }
    }
  }

  @Test(arguments: ReconstructionMethod.allCases)
  func sweepsAreThoseOfDoublePrecision(method: ReconstructionMethod) throws {
    let row = try #require(Self.lines.first { $0[0] == method.rawValue })
    let size = try #require(Int(row[1]))
    let sweeps = try #require(Int(row[2]))
    let norm = try #require(Double(row[3]))
    let expected = try row.dropFirst(4).map { try #require(Double($0)) }
    let degrees = (0..<40).map { -80 + 157 * Double($0) / 39 }
    let projections = zip(degrees, measured(size: size, tilts: degrees)).map { degrees, values in
      AlignedProjection(
        values: Image(shape: Shape2D(rows: 1, columns: size), values: values),
        weights: Image(shape: Shape2D(rows: 1, columns: size), filledWith: 1),
        tilt: TiltAngle(degrees: degrees)
      )
    }
    var running = ARTReconstruction(
      volume: Volume(sizeX: size, sizeZ: size, sizeY: 1),
      method: method
    )
    if method == .sirt {
      var parameters = TomographyParameters()
      parameters.relaxation = 1
      parameters.relaxationDecay = 0
      parameters.settlingSweeps = 0
      parameters.variationWeight = 0
      running.sweep(over: TiltSeries(projections), parameters: parameters, sweeps: sweeps)
    } else {
      for _ in 0..<sweeps {
        for projection in projections { running.fold(projection, relaxation: 0.7) }
      }
    }
    let found = stride(from: 0, to: size * size, by: 19).map { Double(running.volume.values[$0]) }
    #expect(found.count == expected.count)
    let difference = zip(found, expected).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let size2 = expected.reduce(0.0) { $0 + $1 * $1 }
    #expect((difference / size2).squareRoot() < 1e-4, "\((difference / size2).squareRoot())")
    let foundNorm = innerProduct(running.volume.values.span, running.volume.values.span)
    #expect(abs(foundNorm.squareRoot() / norm - 1) < 1e-4)
  }
}
