// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing

/// Raw scans as h5py writes them (Tests/Clients/make_layouts.py says what is in them).
@Suite(.enabled(if: PythonInterpreter.hasH5py, "python3 with h5py is not installed"))
struct RawScanReaderTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  private func reader(_ layout: String, _ ending: String = "stxm") throws -> RawScanReader {
    let path = scratch.file("\(layout).\(ending)")
    try PythonInterpreter.make(layout, at: path)
    return try RawScanReader(path: path)
  }

  /// The number that a frame carries at [1, 2], above what the frame has elsewhere.
  private static func mark(_ frame: DetectorFrame) -> Int {
    let words = frame.pixels.elements(as: UInt16.self)
    return Int(words[8 + 2]) - Int(words[0])
  }

  private static func level(_ frame: DetectorFrame) -> Int {
    Int(frame.pixels.elements(as: UInt16.self)[0]) - 0xC000
  }

  @Test func framesComeInTheOrderOfTheirNumbers() throws {
    let scan = try reader("stxm")
    #expect(scan.layout == .stxm)
    #expect(scan.version == "3.0")
    #expect(scan.frameShape == Shape2D(rows: 6, columns: 8))
    #expect(scan.exposures.count == 12)
    #expect(scan.darks.count == 5)
    #expect(scan.motors == ["SampleTheta": -33.5])
    for (place, entry) in scan.exposures.enumerated() {
      let frame = try scan.read(entry)
      // By name, "10" would stand before "2".
      #expect(Self.mark(frame) == place)
      #expect(Self.level(frame) == 101 + place)
      #expect(frame.header.index == place)
      #expect(frame.header.role == .exposure)
      #expect(frame.header.exposureTime == 0.03)
      #expect(frame.header.shape == Shape2D(rows: 6, columns: 8))
    }
    #expect(try scan.darks.allSatisfy { try Self.level(scan.read($0)) == 100 })
    #expect(scan.remarks.isEmpty)
  }

  @Test func theMetadataTurnIntoMetresAndSeconds() throws {
    let scan = try reader("stxm")
    let metadata = scan.metadata
    #expect(scan.energy.electronVolts == 708.2)
    #expect(metadata.exposureTimes == [0.03])
    #expect(abs((metadata.detectorDistance?.meters ?? 0) - 0.121) < 1e-12)
    #expect(abs((metadata.detectorPixelSize?.micrometers ?? 0) - 30) < 1e-9)
    #expect(metadata.region == "Region1")
    // Point 6 is the third of the second row; the file has (y, x) in micrometres.
    #expect(metadata.translations.count == 12)
    #expect(abs(metadata.translations[6].x - 10.1e-6) < 1e-15)
    #expect(abs(metadata.translations[6].y - 0.07e-6) < 1e-15)
  }

  @Test func eachPointOfADoubleExposureHasAShortAndALongFrame() throws {
    let scan = try reader("stxm-double")
    #expect(scan.metadata.exposureTimes == [0.03, 0.3])
    #expect(scan.exposures.map(\.point) == (0..<24).map { $0 / 2 })
    for entry in scan.exposures {
      let expected = entry.exposureTime == 0.3 ? 110 + 10 * (entry.point + 1) : 101 + entry.point
      #expect(try Self.level(scan.read(entry)) == expected)
    }
    for entry in scan.darks {
      let expected = entry.exposureTime == 0.3 ? 110 : 100
      #expect(try Self.level(scan.read(entry)) == expected)
    }
    #expect(scan.darks.count { $0.exposureTime == 0.3 } == 5)
    #expect(scan.remarks.isEmpty)
  }

  @Test func theLightDecidesWhichExposureIsTheLongOne() throws {
    let scan = try reader("stxm-long-first")
    #expect(scan.metadata.exposureTimes == [0.3, 0.03])
    #expect(scan.exposures[0].exposureTime == 0.3)
    for entry in scan.exposures {
      let expected = entry.exposureTime == 0.3 ? 110 + 10 * (entry.point + 1) : 101 + entry.point
      #expect(try Self.level(scan.read(entry)) == expected)
    }
    for entry in scan.darks {
      let expected = entry.exposureTime == 0.3 ? 110 : 100
      #expect(try Self.level(scan.read(entry)) == expected)
    }
    #expect(scan.darks[0].exposureTime == 0.3)
    #expect(scan.remarks.count == 1)
  }

  @Test func aMissingFrameLeavesItsNeighboursWhereTheyAre() throws {
    let scan = try reader("stxm-missing")
    #expect(scan.exposures.count == 21)
    for entry in scan.exposures {
      #expect(try Self.mark(scan.read(entry)) == entry.number)
      #expect(entry.point == entry.number / 2)
      #expect(entry.exposureTime == (entry.number.isMultiple(of: 2) ? 0.03 : 0.3))
    }
    #expect(scan.pointCount == 12)
  }

  @Test func numbersMayBeginAtOneAndOlderVersionsAreRead() throws {
    let fromOne = try reader("stxm-from-1")
    #expect(fromOne.exposures.map(\.point) == Array(0..<12))
    let old = try reader("stxm-old")
    #expect(old.version == "2.1")
    #expect(old.exposures.count == 12)
    #expect(old.motors == ["SampleX": 12.5])
  }

  @Test(arguments: ["cosmiccam-raw", "cosmic2-raw", "cosmicp-raw"])
  func rawStacksOfOlderProgramsAreRead(layout: String) throws {
    let scan = try reader(layout, "cxi")
    #expect(scan.layout == .cxi)
    #expect(scan.darks.count == 5)
    #expect(scan.exposures.count == 12)
    for (place, entry) in scan.exposures.enumerated() {
      #expect(try Self.mark(scan.read(entry)) == place)
      #expect(entry.point == place)
    }
    #expect(try scan.darks.allSatisfy { try Self.level(scan.read($0)) == 100 })
    #expect(abs(scan.energy.electronVolts - 708.2) < 1e-9)
    #expect(abs((scan.metadata.detectorDistance?.meters ?? 0) - 0.121) < 1e-12)
    // Where the control system says nothing, CXI's own positions do.
    let hasOwn = layout == "cosmicp-raw"
    #expect(scan.positions.isEmpty != hasOwn)
    if let last = scan.positions.last {
      #expect(abs(last.x - 7.5e-8) < 1e-15)
      #expect(abs(last.y - 7e-8) < 1e-15)
    }
  }

  @Test func whatIsMissingIsNamed() throws {
    let path = scratch.file("bare.stxm")
    _ = try PythonInterpreter.run(
      """
      import h5py, sys
      with h5py.File(sys.argv[1], 'w') as f:
        f['entry0/ccd0/exp/0'] = [[1, 2], [3, 4]]
        f['metadata'] = sys.argv[2]
      """,
      path,
      "{\"dwell1\": 30, \"energy\": -3}"
    )
    #expect {
      _ = try RawScanReader(path: path)
    } throws: { error in
      let text = "\(error)"
      return text.contains(path) && text.contains("energy is -3") && text.contains("/metadata")
    }
  }
}
