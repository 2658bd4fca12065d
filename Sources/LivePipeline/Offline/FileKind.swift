// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import HDF5Storage

/// What a file is, by its contents; names count only where the contents say nothing.
public enum FileKind: Hashable, Sendable {
  /// Every message of a run.
  case recording
  /// A scan of cleaned frames in one of the CXI layouts, with or without results.
  case scan
  /// A result in SHARP's layout without frames.
  case result
  /// A scan of raw frames: pystxmcontrol's `.stxm`, or raw CXI.
  case rawScan
  /// An image or stack of images in pystxmcontrol's `.stxm`, without frames.
  case image
  /// A tomogram of ours.
  case tomogram
  /// A volume.
  case mrc
  /// Any other HDF5 file.
  case hdf5

  /// What can be read, for a person who came with something else.
  public static let understood =
    "Recordings, scans (CXI, raw CXI, .stxm), results (CXI), tomograms, MRC volumes and, by their "
    + "datasets, other HDF5 files can be inspected"

  /// What a person calls it.
  public var inWords: String {
    switch self {
    case .recording: "a recording"
    case .scan: "a scan (CXI)"
    case .result: "a result without frames (CXI)"
    case .rawScan: "a scan of raw frames"
    case .image: "a STXM image"
    case .tomogram: "a tomogram"
    case .mrc: "a volume (MRC)"
    case .hdf5: "an HDF5 file of another kind"
    }
  }

  /// Looks into a file.
  ///
  /// - Parameter path: The file.
  /// - Throws: `PipelineError` where it cannot be read or is nothing that is known.
  public init(of path: String) throws(PipelineError) {
    let kind = try PipelineError.reading(path) { () throws(StorageError) in
      try Self.look(path)
    }
    guard let kind else {
      throw PipelineError(
        .data,
        "\(path): this is no HDF5 file and no MRC volume. \(Self.understood)"
      )
    }
    self = kind
  }

  private static func look(_ path: String) throws(StorageError) -> FileKind? {
    guard isHDF5(path) else {
      return (try? readMRCSummary(path)) != nil ? .mrc : nil
    }
    // A recording that is growing, or whose writer was killed, opens in its own way only.
    guard let file = try? StorageFile(reading: path) else {
      guard (try? RecordingReader(path: path)) != nil else {
        throw StorageError("this HDF5 file is cut off or damaged; copy it again", file: path)
      }
      return .recording
    }
    switch file.attributeText("format", of: "/") {
    case let format? where format.hasPrefix("tiltfold-recording/"): return .recording
    case let format? where format.hasPrefix("tiltfold-tomogram/"): return .tomogram
    default: break
    }
    if file.exists("/entry_1") {
      if file.exists("/entry_1/data_1/data") || file.exists("/entry_1/instrument_1/detector_1/data")
      {
        return .scan
      }
      if RawScanReader.layout(of: file) != nil { return .rawScan }
      let names = try file.children(of: "/entry_1")
      return names.contains { $0.hasPrefix("image_") } ? .result : .scan
    }
    if RawScanReader.layout(of: file) != nil { return .rawScan }
    return StxmImageDescription.image(in: file) == nil ? .hdf5 : .image
  }

  /// Whether a file begins as HDF5 files do; no where there is none.
  static func isHDF5(_ path: String) -> Bool {
    begins(path, with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], at: 0)
  }

  private static func begins(_ path: String, with signature: [UInt8], at offset: UInt64) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    guard (try? file.seek(toOffset: offset)) != nil,
      let bytes = try? file.read(upToCount: signature.count)
    else { return false }
    return Array(bytes) == signature
  }
}
