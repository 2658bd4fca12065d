// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import WireFormat

extension FileConversion {
  /// Writes raw frames as the native stream would have brought them.
  ///
  /// Arrival times are made up: from the scan's start, one frame after the other, each after its
  /// exposure. The pixels are the file's, byte for byte.
  func writeRecording() throws(PipelineError) {
    let reader: RawScanReader = try PipelineError.reading(source) { () throws(StorageError) in
      try RawScanReader(path: source)
    }
    for remark in reader.remarks { progress(.remark(remark)) }
    var description = try RawScanCleaning.describe(reader, configuration) { progress(.remark($0)) }
    if let tilt = options.tilt { description.identity.tilt = tilt }
    let whole = Self.unfinished(target)
    // What an interrupted conversion has left.
    try? FileManager.default.removeItem(atPath: whole)
    defer { try? FileManager.default.removeItem(atPath: whole) }
    do throws(StorageError) {
      var writer = try RecordingWriter(
        creating: whole,
        configuration: configuration.describedInFull,
        version: tiltfoldVersion
      )
      try write(reader, description, to: &writer)
      try writer.finish()
    } catch {
      throw PipelineError(.output, error.description)
    }
    if options.replaces { try? FileManager.default.removeItem(atPath: target) }
    try Self.rename(whole, to: target)
  }

  private func write(
    _ reader: borrowing RawScanReader,
    _ description: ScanDescription,
    to writer: inout RecordingWriter
  ) throws(StorageError) {
    let dialect = NativeDialect(axes: configuration.source.axes)
    var sequence = 0
    var arrival = Self.start(of: reader)
    func append(
      _ event: AcquisitionEvent,
      to writer: inout RecordingWriter
    ) throws(StorageError) {
      try writer.append(dialect.encode(event, sequence: sequence), arrival: arrival)
      sequence += 1
    }
    // Darks first: they are asked for as soon as an exposure comes.
    try append(.start(description, sequence: nil), to: &writer)
    let frames = reader.darks + reader.exposures
    for (done, entry) in frames.enumerated() {
      if done.isMultiple(of: 20) {
        progress(.working("writing frames", done: done, of: frames.count))
      }
      arrival += Int64((entry.exposureTime ?? 0.01) * 1e9)
      var frame = try reader.read(entry)
      if entry.role == .dark {
        frame.header.index = entry.number
      } else if description.positions.indices.contains(entry.point) {
        frame.header.position = description.positions[entry.point]
      }
      try append(.frame(frame), to: &writer)
    }
    try append(.stop(scan: description.identity.scan, sequence: nil), to: &writer)
    progress(.working("writing frames", done: frames.count, of: frames.count))
  }

  /// When the scan began, nanoseconds since 1970: as the file says, else when it was written.
  private static func start(of reader: borrowing RawScanReader) -> Int64 {
    let file = try? FileManager.default.attributesOfItem(atPath: reader.path)
    let written = file?[.modificationDate] as? Date
    let said = reader.startTime.flatMap { text in
      let plain = text.replacing(" ", with: "T").prefix(19)
      return try? Date("\(plain)Z", strategy: .iso8601)
    }
    let date = said ?? written ?? Date(timeIntervalSince1970: 0)
    return Int64(date.timeIntervalSince1970 * 1e9)
  }
}
