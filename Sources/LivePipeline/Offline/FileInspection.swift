// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import HDF5Storage

/// Says in words what is in a recording, a scan or a tomogram.
public enum FileInspection {
  /// Describes a file.
  ///
  /// - Parameter path: The file.
  /// - Returns: Lines for a person.
  /// - Throws: `PipelineError` where the file cannot be opened, or is none of ours.
  public static func describe(_ path: String) throws(PipelineError) -> String {
    let kind: Kind = try PipelineError.reading(path) { () throws(StorageError) in
      try Self.kind(of: path)
    }
    let lines: [String]
    switch kind {
    case .recording:
      lines = try PipelineError.reading(path) { () throws(StorageError) in
        try RecordingDescription.lines(path)
      }
    case .scan:
      lines = try PipelineError.reading(path) { () throws(StorageError) in
        try ScanFileDescription.lines(path)
      }
    case .tomogram:
      lines = try PipelineError.reading(path) { () throws(StorageError) in
        TomogramDescription.lines(try readTomogram(path))
      }
    case .unknown(let reason):
      throw PipelineError(
        .data,
        "\(path): \(reason). Recordings, scans (CXI) and tomograms can be inspected"
      )
    }
    return lines.joined(separator: "\n")
  }

  // MARK: -

  private enum Kind {
    case recording
    case scan
    case tomogram
    case unknown(String)
  }

  private static func kind(of path: String) throws(StorageError) -> Kind {
    guard hasSignature(path) else { return .unknown("this is no HDF5 file") }
    // A recording that is growing, or whose writer was killed, opens in its own way only.
    guard let file = try? StorageFile(reading: path) else { return .recording }
    switch file.attributeText("format", of: "/") {
    case let format? where format.hasPrefix("tiltfold-recording/"): return .recording
    case let format? where format.hasPrefix("tiltfold-tomogram/"): return .tomogram
    case let format?: return .unknown("files of the format \(format) are not known")
    case nil: break
    }
    if file.exists("/entry_1") { return .scan }
    let names = try file.children(of: "/").prefix(8).map { "/\($0)" }.joined(separator: ", ")
    return .unknown("nothing in this HDF5 file is known (\(names.isEmpty ? "empty" : names))")
  }

  /// Whether the file begins as HDF5 files do.
  private static func hasSignature(_ path: String) -> Bool {
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    guard let bytes = try? file.read(upToCount: signature.count) else { return false }
    return Array(bytes) == signature
  }
}

/// Numbers and lists as the descriptions write them.
enum Words {
  /// A number with so many decimals.
  static func number(_ value: Double, _ decimals: Int = 1) -> String {
    value.isFinite ? String(format: "%.\(decimals)f", value) : "unknown"
  }

  /// A number with so many significant digits, for errors.
  static func short(_ value: Double) -> String {
    value.isFinite ? String(format: "%.4g", value) : "unknown"
  }

  /// "1 scan", "3 scans".
  static func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// The first of a list, and how many more there are.
  static func list(_ items: [String], limit: Int = 12) -> String {
    let more = items.count > limit ? " and \(items.count - limit) more" : ""
    return items.prefix(limit).joined(separator: ", ") + more
  }

  /// "label:      text", labels in one column.
  static func line(_ label: String, _ text: String) -> String {
    "  \(label):".padding(toLength: 16, withPad: " ", startingAt: 0) + text
  }
}
