// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage

extension ScanReconstruction {
  /// Where a scan's result is written unless another place is named: beside it, NAME-result.cxi.
  public static func defaultOutput(for path: String) -> String {
    (path.lowercased().hasSuffix(".cxi") ? String(path.dropLast(4)) : path) + "-result.cxi"
  }

  /// Checks that a result may be written before any time is spent on it.
  ///
  /// - Parameter output: The file that is to be written.
  /// - Throws: `PipelineError` where its folder is missing or not writable, or where it is the scan
  ///   itself.
  public func checkOutput(_ output: String) throws(PipelineError) {
    let file = URL(filePath: output).standardizedFileURL.resolvingSymlinksInPath()
    guard file != URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath() else {
      throw PipelineError(
        .output,
        "\(output) is the scan itself, which is not written over; name another file"
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
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw PipelineError(
        .output,
        "\(output) cannot be written: \(folder) is not writable; name another file with --output"
      )
    }
  }

  /// Writes a result as CXI: object, probe, errors, the positions that were used, parameters.
  ///
  /// - Parameters:
  ///   - result: What the reconstruction came to.
  ///   - output: The file, replaced if it is there.
  /// - Throws: `PipelineError` where it cannot be written.
  public func write(_ result: ScanResult, to output: String) throws(PipelineError) {
    let source = CXISource(
      detectorDistance: scan.detectorDistance,
      positions: scan.positions,
      parameters: configuration.describedInFull,
      version: tiltfoldVersion
    )
    do throws(StorageError) {
      try writeCXI(result: result.object, source: source, to: output)
    } catch {
      throw PipelineError(.output, error.description)
    }
  }
}
