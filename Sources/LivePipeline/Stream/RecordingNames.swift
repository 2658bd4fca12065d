// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import HDF5Storage
import Imaging

/// The first name that is free: NAME.h5, NAME-2.h5, NAME-3.h5 and so on.
func freeName(_ path: String) -> String {
  let url = URL(filePath: path)
  let stem = url.deletingPathExtension().path(percentEncoded: false)
  let suffix = url.pathExtension.isEmpty ? "" : ".\(url.pathExtension)"
  var name = path
  var number = 2
  while FileManager.default.fileExists(atPath: name) {
    name = "\(stem)-\(number)\(suffix)"
    number += 1
  }
  return name
}

/// The number by which the system knows this process.
func processNumber() -> Int32 { ProcessInfo.processInfo.processIdentifier }

extension RunRecording {
  /// Where a run's recording may be: as asked for, with its folder made; in the folder of the
  /// results; in the fallback folder, the user's home where none is configured.
  static func candidates(
    _ path: String,
    results: String,
    configuration: RecordingConfiguration
  ) -> [String] {
    let file = URL(filePath: path).lastPathComponent
    let fallback = fallbackFolder(configuration)
    var places: [String] = []
    for place in [path, "\(results)/\(file)", "\(fallback)/tiltfold-\(file)"]
    where !places.contains(place) {
      places.append(place)
    }
    return places
  }

  /// The folder that is left when others cannot be written.
  static func fallbackFolder(_ configuration: RecordingConfiguration) -> String {
    configuration.fallbackDirectory
      ?? ProcessInfo.processInfo.environment["HOME"] ?? NSHomeDirectory()
  }
}

extension RunRecording.Opening {
  /// Files on a disk.
  init(_ configuration: PipelineConfiguration) {
    let interval = Int64(configuration.recording.flushInterval * 1e9)
    let compression = configuration.recording.compression
    self.init { (path, firstMessage) throws(StorageError) in
      let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
      try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      var writer = try RecordingWriter(
        creating: path,
        configuration: configuration.describedInFull,
        version: tiltfoldVersion,
        firstMessage: firstMessage,
        compression: compression
      )
      writer.flushInterval = interval
      return RecordingFile(writer)
    } resume: { (path) throws(StorageError) in
      var writer = try RecordingWriter.resuming(path, compression: compression).take()
      writer.flushInterval = interval
      return RecordingFile(writer)
    }
  }
}
