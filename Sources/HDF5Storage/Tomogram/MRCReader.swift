// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// Reads the voxels of an MRC file.
///
/// - Parameters:
///   - path: The file.
///   - summary: Its header.
/// - Returns: The voxels, [x, z, y] with columns as x, rows as y and sections as z.
/// - Throws: `StorageError` where the number type is not known or the file is cut off.
public func readMRC(_ path: String, _ summary: MRCSummary) throws(StorageError) -> Volume {
  let stack = try readMRCStack(path, summary)
  var volume = Volume(sizeX: summary.columns, sizeZ: summary.sections, sizeY: summary.rows)
  var place = 0
  for z in 0..<summary.sections {
    for y in 0..<summary.rows {
      for x in 0..<summary.columns {
        volume[x: x, z: z, y: y] = stack.values[place]
        place += 1
      }
    }
  }
  return volume
}

/// Reads the sections of an MRC file as images.
///
/// - Parameters:
///   - path: The file.
///   - summary: Its header.
/// - Returns: The images, [section, row, column].
/// - Throws: `StorageError` where the number type is not known or the file is cut off.
public func readMRCStack(_ path: String, _ summary: MRCSummary) throws(StorageError) -> ImageStack {
  guard let size = summary.voxelBytes else {
    throw StorageError("numbers of MRC mode \(summary.mode) cannot be read here", file: path)
  }
  let shape = Shape2D(rows: summary.rows, columns: summary.columns)
  let memory = try Place(path).elementCount(
    of: [summary.sections, shape.rows, shape.columns],
    size: MemoryLayout<Float>.stride
  )
  // A header that promises more than there is asks for no memory.
  _ = try readBytes(path, offset: summary.headerBytes + memory * size - size, count: size)
  var values: [Float] = []
  values.reserveCapacity(memory)
  for section in 0..<summary.sections {
    let bytes = try readBytes(
      path,
      offset: summary.headerBytes + section * shape.count * size,
      count: shape.count * size
    )
    appendNumbers(bytes, mode: summary.mode, isBigEndian: summary.isBigEndian, to: &values)
  }
  return ImageStack(count: summary.sections, shape: shape, values: values)
}

/// Appends numbers of an MRC mode as they stand in bytes.
private func appendNumbers(
  _ bytes: [UInt8],
  mode: Int,
  isBigEndian: Bool,
  to values: inout [Float]
) {
  func word(_ place: Int, _ count: Int) -> UInt32 {
    (0..<count).reduce(0) { word, byte in
      word | UInt32(bytes[place + byte]) << UInt32(8 * (isBigEndian ? count - 1 - byte : byte))
    }
  }
  switch mode {
  case 0:
    for byte in bytes { values.append(Float(Int8(bitPattern: byte))) }
  case 1:
    for place in stride(from: 0, to: bytes.count, by: 2) {
      values.append(Float(Int16(truncatingIfNeeded: word(place, 2))))
    }
  case 6:
    for place in stride(from: 0, to: bytes.count, by: 2) { values.append(Float(word(place, 2))) }
  default:
    for place in stride(from: 0, to: bytes.count, by: 4) {
      values.append(Float(bitPattern: word(place, 4)))
    }
  }
}
