// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing

/// TIFF stacks, read back entry by entry.
@Suite struct TIFFWriterTests {
  let scratch: TemporaryFolder
  let path: String

  init() throws {
    scratch = try TemporaryFolder()
    path = scratch.file("volume.tif")
    var volume = Volume(sizeX: 3, sizeZ: 4, sizeY: 2)
    volume[x: 2, z: 1, y: 0] = 8
    volume[x: 0, z: 3, y: 1] = -2.5
    volume[x: 1, z: 0, y: 0] = .nan
    try writeTIFF(volume, voxelSize: Length(nanometers: 6.7), to: path, quantity: "OD per voxel")
  }

  /// The pages of a little-endian file: by tag the values or, of others, where they stand.
  private static func pages(_ bytes: [UInt8]) -> [[Int: Int]] {
    func number(_ place: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }
    var pages: [[Int: Int]] = []
    var place = number(4, 4)
    while place != 0, pages.count < 100 {
      let count = number(place, 2)
      var tags: [Int: Int] = [:]
      for entry in 0..<count {
        let start = place + 2 + 12 * entry
        tags[number(start, 2)] = number(start + 8, number(start + 2, 2) == 3 ? 2 : 4)
      }
      pages.append(tags)
      place = number(place + 2 + 12 * count, 4)
    }
    return pages
  }

  @Test func pagesAreSlicesAlongTheBeamWithTheirScale() throws {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    #expect(bytes[0..<4] == [0x49, 0x49, 42, 0])
    let pages = Self.pages(bytes)
    #expect(pages.count == 4)
    func word(_ place: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
    }
    for (z, page) in pages.enumerated() {
      // Width, length, bits, no compression, floating point, centimetres.
      #expect([256, 257, 258, 259, 339, 296].map { page[$0] } == [3, 2, 32, 1, 3, 3])
      let resolution = try #require(page[282])
      let perCentimeter = Double(word(resolution)) / Double(word(resolution + 4))
      #expect(abs(perCentimeter * 6.7e-7 - 1) < 1e-6)
      let strip = try #require(page[273])
      let values = (0..<6).map { Float(bitPattern: word(strip + 4 * $0)) }
      var expected = [Float](repeating: 0, count: 6)
      if z == 1 { expected[2] = 8 }
      if z == 3 { expected[3] = -2.5 }
      #expect(values == expected)
    }
    let start = try #require(pages[0][270])
    let description = String(decoding: bytes[start...].prefix { $0 != 0 }, as: UTF8.self)
    let lines = description.split(separator: "\n")
    #expect(lines[0].hasPrefix("ImageJ="))
    #expect(lines.contains("slices=4") && lines.contains("unit=cm"))
    #expect(lines.contains { $0.hasPrefix("spacing=6.7e-07") })
    // ImageJ would look for all pages in one piece.
    #expect(!description.contains("images="))
    #expect(scratch.names == ["volume.tif"])
  }

  @Test func aFolderThatIsNotThereIsTold() throws {
    #expect {
      try writeTIFF(
        Volume(sizeX: 1, sizeZ: 1, sizeY: 1),
        voxelSize: Length(nanometers: 1),
        to: scratch.file("no/such.tif")
      )
    } throws: { error in
      "\(error)".contains("cannot create the file")
    }
  }

  @Test(.enabled(if: PythonInterpreter.has("tifffile"), "python3 with tifffile is not installed"))
  func tifffileReadsAStackOfImageJWithItsScale() throws {
    var volume = Volume(sizeX: 30, sizeZ: 4, sizeY: 20)
    volume[x: 2, z: 1, y: 0] = 8
    volume[x: 0, z: 3, y: 1] = -2.5
    let path = scratch.file("larger.tif")
    try writeTIFF(volume, voxelSize: Length(nanometers: 6.7), to: path)
    let printed = try PythonInterpreter.run(
      """
      import tifffile, sys
      with tifffile.TiffFile(sys.argv[1]) as f:
        a, m, t = f.asarray(), f.imagej_metadata, f.pages[0].tags
        x = t['XResolution'].value
        print(f.is_imagej, f.series[0].kind, f.series[0].axes, a.shape, a.dtype, a[1, 0, 2], a[3, 1, 0])
        print(m['slices'], m['unit'], m['spacing'], int(t['ResolutionUnit'].value))
        print(abs(a).sum(), abs(x[0] / x[1] * 6.7e-7 - 1) < 1e-6)
      """,
      path
    )
    #expect(
      printed == """
        True imagej ZYX (4, 20, 30) float32 8.0 -2.5
        4 cm 6.7e-07 3
        10.5 True

        """
    )
  }
}
