// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// Whether a result may be written where a person wants it.
enum OutputPlace {
  /// Checks a file to be before any time is spent on it.
  ///
  /// - Parameters:
  ///   - output: The file that is to be written.
  ///   - sources: The files that it must not replace.
  ///   - called: What these are, for errors: "the scan".
  /// - Throws: `PipelineError` where its folder is missing or not writable, or where it is one of
  ///   the sources.
  static func check(
    _ output: String,
    sources: [String],
    called: String
  ) throws(PipelineError) {
    let file = URL(filePath: output).standardizedFileURL.resolvingSymlinksInPath()
    let others = sources.map { URL(filePath: $0).standardizedFileURL.resolvingSymlinksInPath() }
    guard !others.contains(file) else {
      throw PipelineError(
        .output,
        "\(output) is \(called) itself, which is not written over; name another file"
      )
    }
    let folder = file.deletingLastPathComponent().path(percentEncoded: false)
    var isFolder: ObjCBool = false
    guard
      unsafe FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
      isFolder.boolValue
    else {
      throw PipelineError(.output, "\(output) cannot be written: there is no folder \(folder)")
    }
    guard
      !(unsafe FileManager.default.fileExists(
        atPath: file.path(percentEncoded: false),
        isDirectory: &isFolder
      )) || !isFolder.boolValue
    else { throw PipelineError(.output, "\(output) is a folder; name a file in it") }
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw PipelineError(
        .output,
        "\(output) cannot be written: \(folder) is not writable; name another file with --output"
      )
    }
  }
}
