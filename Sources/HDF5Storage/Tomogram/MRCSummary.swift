// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Foundation

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
  /// Whether numbers have their most significant byte first.
  public var isBigEndian = false

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
/// Writers before MRC2000, FEI's among them, put no "MAP" into word 53 and no byte order into word
/// 54: a header of theirs is known by its plausible numbers.
///
/// - Parameter path: The file.
/// - Returns: The header.
/// - Throws: `StorageError` where the file cannot be read or is no MRC file.
public func readMRCSummary(_ path: String) throws(StorageError) -> MRCSummary {
  let words = MRCWords(try readBytes(path, offset: 0, count: 1024))
  guard words.isHeader else {
    throw StorageError("this is no MRC file that can be read here", file: path)
  }
  let extents = (1...3).map(words.integer)
  let cell = words.real(11)
  let (low, high) = (words.real(20), words.real(21))
  return MRCSummary(
    columns: extents[0],
    rows: extents[1],
    sections: extents[2],
    mode: words.integer(4),
    voxelSize: cell > 0 ? Length(meters: cell / Double(extents[0]) * 1e-10) : nil,
    range: low <= high ? low...high : nil,
    mean: words.real(22),
    labels: words.labels,
    headerBytes: 1024 + min(max(words.integer(24), 0), 1 << 28),
    isBigEndian: words.isBigEndian
  )
}

/// The bytes of a file from a place on.
func readBytes(
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

/// The words of an MRC header, counted from 1 as the format's description does.
private struct MRCWords {
  let bytes: [UInt8]
  var isBigEndian = false

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // The number type is a small number in the right order only.
    isBigEndian = !(0...128).contains(integer(4)) || integer(1) > 1 << 24
  }

  /// Whether the extents, the number type and the order of axes are those of an MRC file.
  var isHeader: Bool {
    guard (1...3).allSatisfy({ (1...65_536).contains(integer($0)) }) else { return false }
    if Array(bytes[208..<211]) == Array("MAP".utf8) { return true }
    let axes = (17...19).map(integer).sorted()
    return [0, 1, 2, 3, 4, 6, 12].contains(integer(4)) && (axes == [1, 2, 3] || axes == [0, 0, 0])
      && (0...1 << 28).contains(integer(24)) && (0...10).contains(integer(56))
  }

  var labels: [String] {
    (0..<min(max(integer(56), 0), 10)).map { label in
      let text = bytes[(224 + 80 * label)..<(304 + 80 * label)].prefix { $0 != 0 }
      return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespaces)
    }
  }

  func integer(_ number: Int) -> Int { Int(Int32(bitPattern: word(number))) }
  func real(_ number: Int) -> Double { Double(Float(bitPattern: word(number))) }

  private func word(_ number: Int) -> UInt32 {
    let place = (number - 1) * 4
    return (0..<4).reduce(0) { word, byte in
      word | UInt32(bytes[place + byte]) << UInt32(8 * (isBigEndian ? 3 - byte : byte))
    }
  }
}
