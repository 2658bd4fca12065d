// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import TestSupport
import Testing

/// Projections in the layouts of other programs.
@Suite struct StoredProjectionsTests {
  let scratch: TemporaryFolder
  let values: [Float] = (0..<24).map { Float($0) / 2 }

  init() throws { scratch = try TemporaryFolder() }

  @Test func dataExchangeHasItsAnglesInTheUnitThatItSays() throws {
    for (unit, angles) in [("deg", [-30.0, 60]), ("rad", [-Double.pi / 6, Double.pi / 3])] {
      let path = scratch.file("\(unit).h5")
      let file = try StorageFile(creating: path)
      try file.write(values, shape: [2, 3, 4], at: "/exchange/data")
      try file.write(angles, shape: [2], at: "/exchange/theta", unit: unit)
      try file.close()
      let stored = try readStoredProjections(path)
      #expect(stored.images.values == values)
      #expect(stored.images.shape == Shape2D(rows: 3, columns: 4))
      #expect(maximumDifference(stored.angles, [-30, 60]) < 1e-12)
      #expect(stored.flat == nil && stored.dark == nil && stored.pixelSize == nil)
    }
  }

  @Test func flatsAndDarksAreAveraged() throws {
    let path = scratch.file("flat.h5")
    let file = try StorageFile(creating: path)
    try file.write(values, shape: [2, 3, 4], at: "/exchange/data")
    try file.write([0.0, 1], shape: [2], at: "/exchange/theta")
    let white = (0..<24).map { Float($0 < 12 ? 10 : 20) }
    try file.write(white, shape: [2, 3, 4], at: "/exchange/data_white")
    try file.write([Float](repeating: 3, count: 12), shape: [3, 4], at: "/exchange/data_dark")
    try file.close()
    let stored = try readStoredProjections(path)
    #expect(stored.flat?.values == [Float](repeating: 15, count: 12))
    #expect(stored.dark?.values == [Float](repeating: 3, count: 12))
  }

  @Test func aNeXusGroupIsFoundByItsSignalAndAngles() throws {
    let path = scratch.file("nexus.nxs")
    let file = try StorageFile(creating: path)
    // A group with angles and no stack is none.
    try file.write([0.0, 1], shape: [2], at: "/a/sample/rotation_angle", unit: "degree")
    try file.makeGroup("/entry1/tomo/projections", nexusClass: "NXdata")
    let group = "/entry1/tomo/projections"
    try file.setAttribute("signal", of: group, to: "counts")
    try file.write(values, shape: [2, 3, 4], at: "\(group)/counts")
    try file.write([5.0, -5], shape: [2], at: "\(group)/rotation_angle", unit: "degree")
    try file.write([0.0, 0.5, 1, 1.5], shape: [4], at: "\(group)/x", unit: "um")
    try file.write(value: 7.1, at: "\(group)/energy", unit: "keV")
    try file.close()
    let stored = try readStoredProjections(path)
    #expect(stored.images.values == values)
    #expect(stored.angles == [5, -5])
    #expect(abs((stored.pixelSize?.nanometers ?? 0) - 500) < 1e-9)
    #expect(abs((stored.energy?.electronVolts ?? 0) - 7100) < 1e-9)
    #expect(stored.layout.contains(group))
  }

  @Test func projectionsWithoutAnglesAndFilesWithoutProjectionsAreTold() throws {
    let path = scratch.file("angles.h5")
    let file = try StorageFile(creating: path)
    try file.write(values, shape: [2, 3, 4], at: "/exchange/data")
    try file.close()
    #expect {
      _ = try readStoredProjections(path)
    } throws: { error in
      "\(error)".contains("no angles at /exchange/theta")
    }
    let other = scratch.file("other.h5")
    let empty = try StorageFile(creating: other)
    try empty.close()
    #expect {
      _ = try readStoredProjections(other)
    } throws: { error in
      "\(error)".contains("there are no projections")
    }
  }
}
