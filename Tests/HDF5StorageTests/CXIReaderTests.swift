// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing

@Suite struct CXIReaderTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  /// The smallest file that a reader needs, without the paths in `omitted`.
  func smallFile(omitting omitted: Set<String> = [], basis: [Double]? = nil) throws -> String {
    let path = scratch.file("small.cxi")
    let file = try StorageFile(creating: path)
    let detector = "/entry_1/instrument_1/detector_1"
    let frames = (0..<2 * 4 * 6).map { Int32($0) }
    func put(_ path: String, _ write: () throws -> Void) rethrows {
      if !omitted.contains(path) { try write() }
    }
    try put("\(detector)/data") {
      try file.write(frames, shape: [2, 4, 6], at: "\(detector)/data")
      try file.link("/entry_1/data_1/data", to: "\(detector)/data")
    }
    try put("\(detector)/distance") { try file.write(value: 0.08, at: "\(detector)/distance") }
    try put("\(detector)/x_pixel_size") {
      try file.write(value: 30e-6, at: "\(detector)/x_pixel_size")
    }
    try put("\(detector)/y_pixel_size") {
      try file.write(value: 40e-6, at: "\(detector)/y_pixel_size")
    }
    try put("/entry_1/instrument_1/source_1/energy") {
      try file.write(
        value: PhotonEnergy(electronVolts: 708.2).joules,
        at: "/entry_1/instrument_1/source_1/energy"
      )
    }
    let translation = "/entry_1/sample_1/geometry_1/translation"
    try put(translation) {
      try file.write([0.0, 0, 0, 2e-7, 6e-7, 0], shape: [2, 3], at: translation)
      try file.link("/entry_1/data_1/translation", to: translation)
    }
    if let basis { try file.write(basis, shape: [2, 3], at: "\(detector)/basis_vectors") }
    var mask = [UInt32](repeating: 0, count: 24)
    mask[5] = 1
    try file.write(mask, shape: [4, 6], at: "\(detector)/mask")
    try file.close()
    return path
  }

  @Test func integerFramesMasksAndGeometryAreRead() throws {
    let scan = try readCXI(try smallFile())
    #expect(scan.title == "small")
    #expect(scan.frames.shape == Shape2D(rows: 4, columns: 6))
    #expect(scan.frames.values == (0..<48).map { Float($0) })
    #expect(abs(scan.energy.electronVolts - 708.2) < 1e-9)
    // λz / (N p): 1.7507 nm x 80 mm over 6 x 30 µm and 4 x 40 µm.
    #expect(abs(scan.objectPixelWidth.nanometers - 778.087) < 0.01)
    #expect(abs(scan.objectPixelHeight.nanometers - 875.348) < 0.01)
    let pattern = scan.pattern(1)
    #expect(pattern.amplitudes.values[5] == -1)
    #expect(pattern.amplitudes.values[1] == 5)
    #expect(scan.probe == nil)
    #expect(scan.nearField == false)
  }

  @Test func positionsRunWithColumnsAndRowsAboutTheMiddle() throws {
    let plain = try readCXI(try smallFile())
    #expect(plain.positions[1].x > 0 && plain.positions[1].y > 0)
    #expect(abs(plain.positions[1].x - 1e-7) < 1e-15)
    #expect(abs(plain.positions[1].y - 3e-7) < 1e-15)
    #expect(abs(plain.positions[0].y + 3e-7) < 1e-15)
  }

  @Test(arguments: [
    // slow, fast in the laboratory; then the position of frame 1.
    ([0, -4e-5, 0, -3e-5, 0, 0], 1e-7, 3e-7),
    ([0, 4e-5, 0, 3e-5, 0, 0], -1e-7, -3e-7),
    ([-4e-5, 0, 0, 0, -3e-5, 0], 3e-7, 1e-7),
    ([0, -4e-5, 0, 3e-5, 0, 0], -1e-7, 3e-7),
  ])
  func basisVectorsDecideTheSignAndOrderOfPositions(
    basis: [Double],
    x: Double,
    y: Double
  ) throws {
    let scan = try readCXI(try smallFile(basis: basis))
    #expect(abs(scan.positions[1].x - x) < 1e-15)
    #expect(abs(scan.positions[1].y - y) < 1e-15)
  }

  @Test func basisVectorsInColumnsMeanTheSameAsInRows() throws {
    let rows = CXIAxes(basisVectors: [0, -2, 0, -1, 0, 0], shape: [2, 3])
    let columns = CXIAxes(basisVectors: [0, -1, -2, 0, 0, 0], shape: [3, 2])
    #expect(rows == .sharp)
    #expect(columns == .sharp)
  }

  @Test(arguments: [
    "/entry_1/instrument_1/detector_1/data", "/entry_1/instrument_1/detector_1/distance",
    "/entry_1/instrument_1/detector_1/x_pixel_size", "/entry_1/instrument_1/source_1/energy",
    "/entry_1/sample_1/geometry_1/translation",
  ])
  func aMissingFieldIsNamedWithItsFile(field: String) throws {
    let path = try smallFile(omitting: [field])
    #expect {
      _ = try readCXI(path)
    } throws: { error in
      guard let error = error as? StorageError, let place = error.path else { return false }
      return error.file == path
        && place.split(separator: "/").last == field.split(separator: "/").last
    }
  }

  @Test(.enabled(if: RealData.isPresent, Comment(rawValue: RealData.reason)))
  func theSiemensStarIsReadWithItsProbe() throws {
    let scan = try readCXI(try #require(RealData.path("ptychography/siemens_star.cxi")))
    #expect(scan.frames.count == 516)
    #expect(scan.frames.shape == Shape2D(square: 128))
    #expect(scan.frames.values.max() == 963)
    #expect(scan.probe?.shape == Shape2D(square: 128))
    #expect(abs(scan.energy.electronVolts - 8800) < 0.1)
    #expect(abs(scan.objectPixelWidth.nanometers - 10) < 0.01)
    // translation = (column, row), plus sign, about the middle of the bounding box.
    #expect(abs(scan.positions[0].x + 1.59789704e-6) < 1e-12)
    #expect(abs(scan.positions[0].y - 1.65958846e-6) < 1e-12)
    #expect(scan.nearField == false)
  }

  @Test(.enabled(if: RealData.isPresent, Comment(rawValue: RealData.reason)))
  func theNearFieldScanOfAnotherWriterIsReadAndFlagged() throws {
    let scan = try readCXI(
      try #require(RealData.path("ptychography/PETRAIII_P25_Near_Field_Ptycho.cxi"))
    )
    #expect(scan.frames.count == 200)
    #expect(scan.frames.values.max() == 29176)
    #expect(abs(scan.energy.electronVolts - 12658) < 1)
    #expect(scan.mask?.values.max() == 1)
    #expect(abs(scan.detectorDistance.meters - 1.12) < 1e-6)
    #expect(scan.nearField)
  }
}
