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
/// FEI's microscopes write 128 bytes for each section between header and images, 32-bit floats: the
/// first is the tilt in degrees, the twelfth the pixel size in metres, and leave the cell at one
/// ångström a pixel, which therefore counts as not known.
///
/// - Parameter path: The file.
/// - Returns: Images, and tilts and pixel size as far as the file has them.
/// - Throws: `StorageError` where this is no MRC file, or one that is cut off or of other numbers.
public func readMRCTiltSeries(_ path: String) throws(StorageError) -> MRCTiltSeries {
  let summary = try readMRCSummary(path)
  let images = try readMRCStack(path, summary)
  var series = MRCTiltSeries(summary: summary, images: images)
  if let cell = summary.voxelSize, abs(cell.meters - 1e-10) > 1e-15 { series.pixelSize = cell }
  guard summary.labels.contains(where: { $0.lowercased().contains("fei") }),
    summary.headerBytes >= 1024 + 128 * summary.sections
  else { return series }
  let bytes = try readBytes(path, offset: 1024, count: 128 * summary.sections)
  func number(_ section: Int, _ place: Int) -> Double {
    let word = (0..<4).reduce(UInt32(0)) { word, byte in
      let offset = 128 * section + 4 * place + (summary.isBigEndian ? 3 - byte : byte)
      return word | UInt32(bytes[offset]) << UInt32(8 * byte)
    }
    return Double(Float(bitPattern: word))
  }
  let angles = (0..<summary.sections).map { number($0, 0) }
  if angles.allSatisfy({ abs($0) <= 180 }), Set(angles).count > 1 { series.angles = angles }
  let pixel = number(0, 11)
  if (1e-12...1e-3).contains(pixel) { series.pixelSize = Length(meters: pixel) }
  return series
}
