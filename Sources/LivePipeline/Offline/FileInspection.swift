// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import HDF5Storage
import Reporting

/// Says in words and shows in a picture what a file holds.
public enum FileInspection {
  /// Describes a file.
  ///
  /// - Parameter path: The file.
  /// - Returns: Lines for a person.
  /// - Throws: `PipelineError` where the file cannot be opened, or is nothing that is known.
  public static func describe(_ path: String) throws(PipelineError) -> String {
    let kind = try FileKind(of: path)
    let lines = try PipelineError.reading(path) { () throws(StorageError) in
      switch kind {
      case .recording: try RecordingDescription.lines(path)
      case .scan, .result: try ScanFileDescription.lines(path)
      case .rawScan: try RawScanDescription.lines(path)
      case .image: try StxmImageDescription.lines(path)
      case .tomogram: TomogramDescription.lines(try readTomogram(path))
      case .mrc: try VolumeDescription.lines(path)
      case .hdf5: try DatasetListing.lines(path)
      }
    }
    return lines.joined(separator: "\n")
  }

  /// Where the picture of a file stands unless another place is named: beside it,
  /// NAME-inspection.png.
  public static func defaultPicture(for path: String) -> String {
    URL(filePath: path).deletingPathExtension().path(percentEncoded: false) + "-inspection.png"
  }

  /// Draws a file: mean pattern, positions and object of a scan, slices of a volume.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - picture: The PNG file to be, replaced if it is there.
  /// - Returns: Whether there was anything to draw.
  /// - Throws: `PipelineError` where the file cannot be read or the picture not be written.
  public static func draw(_ path: String, to picture: String) throws(PipelineError) -> Bool {
    let kind = try FileKind(of: path)
    let sheet = try PipelineError.reading(path) { () throws(StorageError) in
      switch kind {
      case .recording: try RecordingPicture.sheet(path)
      case .scan, .result: try ScanFileDescription.sheet(path)
      case .rawScan: try RawScanDescription.sheet(path)
      case .image: try StxmImageDescription.sheet(path)
      case .tomogram: try TomogramDescription.sheet(path)
      case .mrc: try VolumeDescription.sheet(path)
      case .hdf5: nil as PictureSheet?
      }
    }
    guard let sheet else { return false }
    do throws(PictureError) {
      try writePicture(sheet, to: picture)
    } catch {
      throw PipelineError(.output, error.description)
    }
    return true
  }
}
