// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Writes a volume as an MRC file of mode 2: 32-bit floats, little-endian.
///
/// MRC counts columns fastest: the file's columns are x, its rows y and its sections z, so
/// that the data are [z, y, x] while our volumes stand [x, z, y]. The cell is given in ångström.
/// Only finite values are stored; whatever is not becomes 0. The file takes its name when whole.
/// Layout after Cheng et al., J. Struct. Biol. 192, 146 (2015), doi:10.1016/j.jsb.2015.04.002.
///
/// - Parameters:
///   - volume: The voxels, [x, z, y].
///   - voxelSize: The size of a voxel.
///   - path: The file, replaced if it is there.
///   - label: What the volume is; the first 80 bytes stand in the header.
/// - Throws: `StorageError` where the file cannot be written.
public func writeMRC(
  _ volume: Volume,
  voxelSize: Length,
  to path: String,
  label: String = "TiltFold"
) throws(StorageError) {
  var voxels = [Float](repeating: 0, count: volume.count)
  for z in 0..<volume.sizeZ {
    for y in 0..<volume.sizeY {
      let row = (z * volume.sizeY + y) * volume.sizeX
      for x in 0..<volume.sizeX {
        let value = volume[x: x, z: z, y: y]
        voxels[row + x] = value.isFinite ? value : 0
      }
    }
  }
  let header = MRCHeader(
    columns: volume.sizeX,
    rows: volume.sizeY,
    sections: volume.sizeZ,
    voxelSize: voxelSize,
    statistics: MRCStatistics(voxels),
    label: label
  )
  let sink = try FileSink(path)
  unsafe try sink.write(header.bytes.span.bytes)
  unsafe try sink.write(voxels.span.bytes)
  try sink.close()
}

/// What the header says of the voxels' values.
private struct MRCStatistics {
  var minimum: Float = 0
  var maximum: Float = 0
  var mean: Double = 0
  var deviation: Double = 0

  init(_ voxels: [Float]) {
    guard !voxels.isEmpty else { return }
    minimum = voxels.min() ?? 0
    maximum = voxels.max() ?? 0
    let count = Double(voxels.count)
    mean = sum(voxels.span) / count
    let square = innerProduct(voxels.span, voxels.span) / count
    deviation = max(square - mean * mean, 0).squareRoot()
  }
}

/// The 1024 bytes in front of the voxels.
private struct MRCHeader {
  private(set) var bytes = [UInt8](repeating: 0, count: 1024)

  init(
    columns: Int,
    rows: Int,
    sections: Int,
    voxelSize: Length,
    statistics: MRCStatistics,
    label: String
  ) {
    for (axis, extent) in [columns, rows, sections].enumerated() {
      put(Int32(extent), word: 1 + axis)  // NX, NY, NZ
      put(Int32(extent), word: 8 + axis)  // MX, MY, MZ
      put(Float(Double(extent) * voxelSize.meters * 1e10), word: 11 + axis)  // cell, Å
      put(Float(90), word: 14 + axis)  // cell angles, degrees
      put(Int32(axis + 1), word: 17 + axis)  // MAPC, MAPR, MAPS: x, y, z
    }
    put(Int32(2), word: 4)  // MODE
    put(statistics.minimum, word: 20)
    put(statistics.maximum, word: 21)
    put(Float(statistics.mean), word: 22)
    put(Int32(1), word: 23)  // ISPG: one volume
    put(Int32(20140), word: 28)  // NVERSION
    bytes.replaceSubrange(208..<212, with: Array("MAP ".utf8))
    bytes.replaceSubrange(212..<216, with: [0x44, 0x44, 0, 0])  // MACHST: little-endian
    put(Float(statistics.deviation), word: 55)
    put(Int32(1), word: 56)  // NLABL
    let text = Array(label.utf8.prefix(80))
    bytes.replaceSubrange(224..<224 + text.count, with: text)
  }

  /// Words are counted from 1, as the format's description does.
  private mutating func put(_ value: Int32, word: Int) {
    put(UInt32(bitPattern: value), word: word)
  }

  private mutating func put(_ value: Float, word: Int) {
    put(value.bitPattern, word: word)
  }

  private mutating func put(_ value: UInt32, word: Int) {
    for byte in 0..<4 {
      bytes[(word - 1) * 4 + byte] = UInt8(truncatingIfNeeded: value >> UInt32(8 * byte))
    }
  }
}
