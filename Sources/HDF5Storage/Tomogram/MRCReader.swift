// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Foundation
public import Imaging

/// The header of an MRC file: what its 1024 bytes say of the voxels behind them.
public struct MRCSummary: Sendable, Hashable {
  /// Columns, fastest: x in our files.
  public var columns: Int
  /// Rows: y in our files.
  public var rows: Int
  /// Sections: z in our files.
  public var sections: Int
  /// The number type: 0 int8, 1 int16, 2 float32, 6 uint16; others exist.
  public var mode: Int
  /// The size of a voxel along x; nil where the file says none.
  public var voxelSize: Length?
  /// The least and the greatest value, as the header has them.
  public var range: ClosedRange<Double>?
  /// The mean value, as the header has it.
  public var mean: Double
  /// What the writer said of the file, one text for each label.
  public var labels: [String]
  /// Bytes in front of the voxels.
  public var headerBytes: Int

  /// Bytes for each voxel; nil for number types that cannot be read here.
  public var voxelBytes: Int? {
    switch mode {
    case 0: 1
    case 1, 6: 2
    case 2: 4
    default: nil
    }
  }
}

/// Reads what an MRC file says of itself.
///
/// - Parameter path: The file.
/// - Returns: The header, little-endian.
/// - Throws: `StorageError` where the file cannot be read or is no MRC file.
public func readMRCSummary(_ path: String) throws(StorageError) -> MRCSummary {
  let header = try readBytes(path, offset: 0, count: 1024)
  func word(_ number: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(header[(number - 1) * 4 + $1]) << UInt32(8 * $1) }
  }
  func number(_ place: Int) -> Double { Double(Float(bitPattern: word(place))) }
  let extents = (1...3).map { Int(Int32(bitPattern: word($0))) }
  guard Array(header[208..<211]) == Array("MAP".utf8),
    extents.allSatisfy({ (1...65_536).contains($0) })
  else { throw StorageError("this is no MRC file that can be read here", file: path) }
  let cell = number(11)
  let count = min(max(Int(Int32(bitPattern: word(56))), 0), 10)
  let labels = (0..<count).map { label in
    let bytes = header[(224 + 80 * label)..<(304 + 80 * label)].prefix { $0 != 0 }
    let text = String(decoding: bytes, as: UTF8.self)
    return text.trimmingCharacters(in: .whitespaces)
  }
  let (low, high) = (number(20), number(21))
  return MRCSummary(
    columns: extents[0],
    rows: extents[1],
    sections: extents[2],
    mode: Int(Int32(bitPattern: word(4))),
    voxelSize: cell > 0 ? Length(meters: cell / Double(extents[0]) * 1e-10) : nil,
    range: low <= high ? low...high : nil,
    mean: number(22),
    labels: labels,
    headerBytes: 1024 + min(max(Int(Int32(bitPattern: word(24))), 0), 1 << 28)
  )
}

/// Reads the voxels of an MRC file.
///
/// - Parameters:
///   - path: The file.
///   - summary: Its header.
/// - Returns: The voxels, [x, z, y] with columns as x, rows as y and sections as z.
/// - Throws: `StorageError` where the number type is not known or the file is cut off.
public func readMRC(_ path: String, _ summary: MRCSummary) throws(StorageError) -> Volume {
  guard let size = summary.voxelBytes else {
    throw StorageError("numbers of MRC mode \(summary.mode) cannot be read here", file: path)
  }
  let count = summary.columns * summary.rows * summary.sections
  let bytes = try readBytes(path, offset: summary.headerBytes, count: count * size)
  var volume = Volume(sizeX: summary.columns, sizeZ: summary.sections, sizeY: summary.rows)
  var place = 0
  for z in 0..<summary.sections {
    for y in 0..<summary.rows {
      for x in 0..<summary.columns {
        var word: UInt32 = 0
        for byte in 0..<size { word |= UInt32(bytes[place + byte]) << UInt32(8 * byte) }
        place += size
        volume[x: x, z: z, y: y] =
          switch summary.mode {
          case 0: Float(Int8(truncatingIfNeeded: word))
          case 1: Float(Int16(truncatingIfNeeded: word))
          case 6: Float(word)
          default: Float(bitPattern: word)
          }
      }
    }
  }
  return volume
}

private func readBytes(
  _ path: String,
  offset: Int,
  count: Int
) throws(StorageError) -> [UInt8] {
  guard let file = FileHandle(forReadingAtPath: path) else {
    throw StorageError("the file cannot be read", file: path)
  }
  defer { try? file.close() }
  guard (try? file.seek(toOffset: UInt64(offset))) != nil,
    let data = try? file.read(upToCount: count), data.count == count
  else {
    throw StorageError("the file is cut off: \(count) bytes from \(offset) on are due", file: path)
  }
  return Array(data)
}
