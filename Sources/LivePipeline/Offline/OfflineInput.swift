// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import HDF5Storage

extension PipelineError {
  /// Reads a file; what fails becomes an error of the right kind: a file that cannot be opened, or
  /// data that cannot be used.
  static func reading<Content: ~Copyable>(
    _ path: String,
    _ body: () throws(StorageError) -> Content
  ) throws(PipelineError) -> Content {
    var isFolder: ObjCBool = false
    let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard exists else { throw PipelineError(.input, "\(path): there is no such file") }
    guard !isFolder.boolValue else {
      throw PipelineError(.input, "\(path) is a folder; name a file in it")
    }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw PipelineError(.input, "\(path) may not be read by this user")
    }
    do throws(StorageError) {
      return try body()
    } catch {
      throw PipelineError(.data, error.description)
    }
  }
}
