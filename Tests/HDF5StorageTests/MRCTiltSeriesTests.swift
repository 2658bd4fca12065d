// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import TestSupport
import Testing

/// Tilt series as other programs write them, put together byte by byte.
@Suite struct MRCTiltSeriesTests {
  let scratch: TemporaryFolder

  init() throws { scratch = try TemporaryFolder() }

  /// A file of three columns, two rows and two sections.
  private struct Bytes {
    var header = [UInt8](repeating: 0, count: 1024)
    var extended: [UInt8] = []
    var data: [UInt8] = []
    var isBigEndian = false

    init(mode: Int32, isBigEndian: Bool = false) {
      self.isBigEndian = isBigEndian
      for (word, value) in [(1, 3), (2, 2), (3, 2), (4, mode), (8, 3), (9, 2), (10, 2)] {
        put(UInt32(bitPattern: Int32(value)), word: word)
      }
      for axis in 0..<3 { put(UInt32(axis + 1), word: 17 + axis) }
    }

    mutating func put(_ value: UInt32, word: Int) {
      header.replaceSubrange((word - 1) * 4..<word * 4, with: bytes(value, 4))
    }

    func bytes(_ value: UInt32, _ count: Int) -> [UInt8] {
      let little = (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
      return isBigEndian ? little.reversed() : little
    }

    mutating func append(_ values: [UInt32], size: Int) {
      for value in values { data += bytes(value, size) }
    }

    func write(to path: String) throws {
      try Data(header + extended + data).write(to: URL(filePath: path))
    }
  }

  private static let numbers: [Int] = [-7, 0, 100, 3, 5, -128, 127, 1, 2, 9, 11, 13]

  @Test(arguments: [0, 1, 2], [false, true])
  func signedNumbersComeBackInTheirOrder(mode: Int, isBigEndian: Bool) throws {
    var file = Bytes(mode: Int32(mode), isBigEndian: isBigEndian)
    let words = Self.numbers.map { number in
      mode == 2 ? Float(number).bitPattern : UInt32(bitPattern: Int32(number))
    }
    file.append(words, size: [1, 2, 4][mode])
    file.header.replaceSubrange(208..<212, with: Array("MAP ".utf8))
    let path = scratch.file("\(mode)\(isBigEndian).mrc")
    try file.write(to: path)
    let series = try readMRCTiltSeries(path)
    #expect(series.images.values == Self.numbers.map(Float.init))
    #expect(series.images.count == 2 && series.images.shape == Shape2D(rows: 2, columns: 3))
    #expect(series.images[1][0, 2] == 2)
    #expect(series.angles == nil && series.pixelSize == nil)
  }

  @Test func unsignedWordsAreNotTakenForSignedOnes() throws {
    var file = Bytes(mode: 6)
    file.append((0..<12).map { 65_535 - $0 }, size: 2)
    let path = scratch.file("words.st")
    try file.write(to: path)
    #expect(try readMRCTiltSeries(path).images.values == (0..<12).map { 65_535 - Float($0) })
  }

  @Test func anglesAndPixelsOfFEIsExtendedHeaderCount() throws {
    var file = Bytes(mode: 1)
    file.put(1024 * 128, word: 24)
    // As FEI has it: one angstrom for each pixel, and no "MAP".
    for (word, extent) in [(11, 3), (12, 2), (13, 2)] as [(Int, Float)] {
      file.put(extent.bitPattern, word: word)
    }
    file.put(1, word: 56)
    file.header.replaceSubrange(224..<242, with: Array("    Fei Company (c".utf8))
    file.extended = [UInt8](repeating: 0, count: 1024 * 128)
    for (section, tilt) in [-76, -74].enumerated() {
      let record = 128 * section
      file.extended.replaceSubrange(
        record..<record + 4,
        with: file.bytes(Float(tilt).bitPattern, 4)
      )
      file.extended.replaceSubrange(
        record + 44..<record + 48,
        with: file.bytes((3.36e-9 as Float).bitPattern, 4)
      )
    }
    file.append(Self.numbers.map { UInt32(bitPattern: Int32($0)) }, size: 2)
    let path = scratch.file("fei.mrc")
    try file.write(to: path)
    let series = try readMRCTiltSeries(path)
    #expect(series.angles == [-76, -74])
    #expect(abs((series.pixelSize?.nanometers ?? 0) - 3.36) < 1e-6)
    #expect(series.images.values == Self.numbers.map(Float.init))
  }

  @Test func aFileThatIsCutOffOrOfOtherNumbersSaysSo() throws {
    var cut = Bytes(mode: 2)
    cut.append([UInt32](repeating: 0, count: 11), size: 4)
    try cut.write(to: scratch.file("cut.mrc"))
    #expect {
      _ = try readMRCTiltSeries(scratch.file("cut.mrc"))
    } throws: { error in
      "\(error)".contains("the file is cut off")
    }
    var complex = Bytes(mode: 4)
    complex.append([UInt32](repeating: 0, count: 24), size: 4)
    try complex.write(to: scratch.file("complex.mrc"))
    #expect {
      _ = try readMRCTiltSeries(scratch.file("complex.mrc"))
    } throws: { error in
      "\(error)".contains("MRC mode 4 cannot be read")
    }
    // Extents that would fill the memory of any machine, without anything behind them.
    var huge = Bytes(mode: 2)
    for word in 1...3 { huge.put(65_536, word: word) }
    try huge.write(to: scratch.file("huge.mrc"))
    #expect(throws: StorageError.self) { _ = try readMRCTiltSeries(scratch.file("huge.mrc")) }
    let text = scratch.file("text.mrc")
    try String(repeating: "no header at all. ", count: 100)
      .write(toFile: text, atomically: true, encoding: .utf8)
    #expect {
      _ = try readMRCSummary(text)
    } throws: { error in
      "\(error)".contains("this is no MRC file")
    }
  }

  @Test(.enabled(if: PythonInterpreter.has("mrcfile"), "python3 with mrcfile is not installed"))
  func mrcfileFindsVoxelSizeOriginAndOrderOfAxes() throws {
    let path = scratch.file("volume.mrc")
    var volume = Volume(sizeX: 3, sizeZ: 4, sizeY: 2)
    volume[x: 2, z: 1, y: 0] = 8
    try writeMRC(volume, voxelSize: Length(nanometers: 6.7), to: path)
    let printed = try PythonInterpreter.run(
      """
      import io, mrcfile, sys
      said = io.StringIO()
      print(mrcfile.validate(sys.argv[1], print_file=said))
      with mrcfile.open(sys.argv[1]) as f:
        print(f.is_volume(), f.data.shape, f.data[1, 0, 2])
        h = f.header
        print([round(float(f.voxel_size[a]), 4) for a in 'xyz'], [float(h.origin[a]) for a in 'xyz'],
          [int(h[n]) for n in ('nxstart', 'nystart', 'nzstart', 'mapc', 'mapr', 'maps')])
      """,
      path
    )
    #expect(
      printed == """
        True
        True (4, 2, 3) 8.0
        [67.0, 67.0, 67.0] [0.0, 0.0, 0.0] [0, 0, 0, 1, 2, 3]

        """
    )
  }

  @Test(.enabled(if: PythonInterpreter.has("mrcfile"), "python3 with mrcfile is not installed"))
  func aStackOfMrcfileIsRead() throws {
    let path = scratch.file("stack.mrc")
    _ = try PythonInterpreter.run(
      """
      import mrcfile, numpy, sys
      with mrcfile.new(sys.argv[1]) as f:
        f.set_data(numpy.arange(24, dtype='<u2').reshape(2, 3, 4) + 60000)
        f.voxel_size = 33.6
      """,
      path
    )
    let series = try readMRCTiltSeries(path)
    #expect(series.images.values == (0..<24).map { 60_000 + Float($0) })
    #expect(series.images.shape == Shape2D(rows: 3, columns: 4))
    #expect(abs((series.pixelSize?.nanometers ?? 0) - 3.36) < 1e-5)
  }
}
