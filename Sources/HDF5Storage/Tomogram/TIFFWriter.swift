// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import CTiff
import Glibc
public import Imaging

/// Writes a volume as a TIFF stack of 32-bit floats, one page for each z, [row = y, column = x].
///
/// The resolution stands in pixels per centimetre, the distance of pages in the description, as
/// ImageJ has it, also in centimetres: Fiji then shows micrometres along all three axes. ImageJ's
/// `images` is left out of the description, because it would look for all pages in one
/// piece behind the first. Above 3.9 GB the file is a BigTIFF. Only finite values are stored;
/// whatever is not becomes 0. The file takes its name when whole.
///
/// - Parameters:
///   - volume: The voxels, [x, z, y].
///   - voxelSize: The size of a voxel.
///   - path: The file, replaced if it is there.
///   - quantity: What the values are, for the document's name.
/// - Throws: `StorageError` where the file cannot be written.
public func writeTIFF(
  _ volume: Volume,
  voxelSize: Length,
  to path: String,
  quantity: String = ""
) throws(StorageError) {
  ctiff_be_silent()
  let temporary = StorageFile.temporaryPath(for: path)
  let mode = volume.count * MemoryLayout<Float>.stride > 3_900_000_000 ? "w8" : "w"
  guard let file = unsafe TIFFOpen(temporary, mode) else {
    throw systemError("cannot create the file", path)
  }
  var isWhole = true
  for z in 0..<volume.sizeZ where isWhole {
    let page = TIFFPage(volume, z: z, voxelSize: voxelSize, quantity: quantity)
    isWhole = unsafe page.write(to: file)
  }
  let problem = systemError("cannot write the file", path)
  unsafe TIFFClose(file)
  guard isWhole else {
    unsafe unlink(temporary)
    throw problem
  }
  guard unsafe rename(temporary, path) == 0 else {
    let error = systemError("cannot give the finished file its name", path)
    unsafe unlink(temporary)
    throw error
  }
}

/// One page of a stack.
private struct TIFFPage {
  var image: Image
  let number: Int
  let count: Int
  let pixelsPerCentimeter: Double
  /// Of the first page only.
  let description: String?
  let quantity: String

  init(_ volume: Volume, z: Int, voxelSize: Length, quantity: String) {
    image = volume.slice(z: z)
    for i in image.values.indices where !image.values[i].isFinite { image.values[i] = 0 }
    number = z
    count = volume.sizeZ
    let centimeters = voxelSize.meters * 100
    pixelsPerCentimeter = 1 / centimeters
    // Spacing of one slice says nothing, but unit and resolution do.
    description =
      z > 0 ? nil : "ImageJ=1.53t\nslices=\(count)\nunit=cm\nspacing=\(centimeters)\nloop=false\n"
    self.quantity = quantity
  }

  func write(to file: OpaquePointer) -> Bool {
    let numbers: [(Int32, Int)] = [
      (TIFFTAG_SUBFILETYPE, Int(FILETYPE_PAGE)),
      (TIFFTAG_IMAGEWIDTH, image.shape.columns),
      (TIFFTAG_IMAGELENGTH, image.shape.rows),
      (TIFFTAG_BITSPERSAMPLE, 32),
      (TIFFTAG_SAMPLEFORMAT, Int(SAMPLEFORMAT_IEEEFP)),
      (TIFFTAG_SAMPLESPERPIXEL, 1),
      (TIFFTAG_PHOTOMETRIC, Int(PHOTOMETRIC_MINISBLACK)),
      (TIFFTAG_PLANARCONFIG, Int(PLANARCONFIG_CONTIG)),
      (TIFFTAG_COMPRESSION, Int(COMPRESSION_NONE)),
      (TIFFTAG_ROWSPERSTRIP, image.shape.rows),
      (TIFFTAG_RESOLUTIONUNIT, Int(RESUNIT_CENTIMETER)),
    ]
    for (tag, value) in numbers {
      guard unsafe ctiff_set_number(file, UInt32(tag), UInt32(value)) == 1 else { return false }
    }
    for tag in [TIFFTAG_XRESOLUTION, TIFFTAG_YRESOLUTION] {
      guard unsafe ctiff_set_real(file, UInt32(tag), pixelsPerCentimeter) == 1 else { return false }
    }
    if let description {
      guard unsafe ctiff_set_text(file, UInt32(TIFFTAG_IMAGEDESCRIPTION), description) == 1,
        unsafe ctiff_set_text(file, UInt32(TIFFTAG_DOCUMENTNAME), quantity) == 1
      else { return false }
    }
    // More than 65535 pages have no number that the tag could hold.
    if count <= Int(UInt16.max) {
      guard unsafe ctiff_set_page(file, UInt16(number), UInt16(count)) == 1 else { return false }
    }
    var values = image.values
    let written = unsafe values.withUnsafeMutableBytes { bytes in
      unsafe TIFFWriteEncodedStrip(file, 0, bytes.baseAddress, Int64(bytes.count))
    }
    return unsafe Int(written) == values.count * MemoryLayout<Float>.stride
      && TIFFWriteDirectory(file) == 1
  }
}
