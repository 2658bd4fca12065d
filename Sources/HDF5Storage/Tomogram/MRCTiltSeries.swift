// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// A tilt series as an MRC file has it.
public struct MRCTiltSeries: Sendable {
  /// What the header says.
  public var summary: MRCSummary
  /// The images, [section, row, column], in the numbers of the file.
  public var images: ImageStack
  /// The tilt of each section, degrees, where FEI's extended header has them.
  public var angles: [Double]?
  /// The size of a pixel, of FEI's extended header before the cell; nil where neither says it.
  public var pixelSize: Length?
}

/// Reads a tilt series from an MRC file.
///
/// - Parameter path: The file.
/// - Returns: Images, and tilts and pixel size as far as the file has them.
/// - Throws: `StorageError` where this is no MRC file, or one that is cut off or of other numbers.
public func readMRCTiltSeries(_ path: String) throws(StorageError) -> MRCTiltSeries {
  let summary = try readMRCSummary(path)
  let images = try readMRCStack(path, summary)
  let header = try readMRCTiltHeader(path, summary)
  return MRCTiltSeries(
    summary: summary,
    images: images,
    angles: header.angles,
    pixelSize: header.pixelSize
  )
}

/// Reads the tilts and the size of a pixel from the headers of an MRC file.
///
/// FEI's microscopes write 128 bytes for each section between header and images, 32-bit floats: the
/// first is the tilt in degrees, the twelfth the pixel size in metres. They leave the cell at one
/// ångström a pixel, which therefore counts as not known.
///
/// - Parameters:
///   - path: The file.
///   - summary: Its header.
/// - Returns: The tilt of each section, degrees, and the size of a pixel; nil where not known.
/// - Throws: `StorageError` where the file is cut off.
public func readMRCTiltHeader(
  _ path: String,
  _ summary: MRCSummary
) throws(StorageError) -> (angles: [Double]?, pixelSize: Length?) {
  let cell = summary.voxelSize.flatMap { abs($0.meters - 1e-10) > 1e-15 ? $0 : nil }
  guard summary.labels.contains(where: { $0.lowercased().contains("fei") }),
    summary.headerBytes >= 1024 + 128 * summary.sections
  else { return (nil, cell) }
  let bytes = try readBytes(path, offset: 1024, count: 128 * summary.sections)
  func number(_ section: Int, _ place: Int) -> Double {
    let word = (0..<4).reduce(UInt32(0)) { word, byte in
      let offset = 128 * section + 4 * place + (summary.isBigEndian ? 3 - byte : byte)
      return word | UInt32(bytes[offset]) << UInt32(8 * byte)
    }
    return Double(Float(bitPattern: word))
  }
  let angles = (0..<summary.sections).map { number($0, 0) }
  let areAngles = angles.allSatisfy { abs($0) <= 180 } && Set(angles).count > 1
  let pixel = number(0, 11)
  return (
    areAngles ? angles : nil,
    (1e-12...1e-3).contains(pixel) ? Length(meters: pixel) : cell
  )
}
