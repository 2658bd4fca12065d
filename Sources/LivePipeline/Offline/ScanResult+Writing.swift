// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage

extension ScanReconstruction {
  /// Where a scan's result is written unless another place is named: beside it, NAME-result.cxi.
  public static func defaultOutput(for path: String) -> String {
    for ending in [".cxi", ".stxm", ".h5"] where path.lowercased().hasSuffix(ending) {
      return "\(path.dropLast(ending.count))-result.cxi"
    }
    return "\(path)-result.cxi"
  }

  /// Checks that a result may be written before any time is spent on it.
  ///
  /// - Parameter output: The file that is to be written.
  /// - Throws: `PipelineError` where its folder is missing or not writable, or where it is the scan
  ///   itself.
  public func checkOutput(_ output: String) throws(PipelineError) {
    try OutputPlace.check(output, sources: [path], called: "the scan")
  }

  /// Adds a result to the scan's own file, as its latest `/entry_1/image_N`.
  ///
  /// - Parameter result: What the reconstruction came to.
  /// - Returns: The number N.
  /// - Throws: `PipelineError` where the file is no CXI file or cannot be added to.
  public func append(_ result: ScanResult) throws(PipelineError) -> Int {
    do throws(StorageError) {
      return try appendCXI(result: result.object, source: source(of: result), to: path)
    } catch {
      throw PipelineError(.output, error.description)
    }
  }

  /// Checks that a result may be added to the scan's own file.
  ///
  /// - Throws: `PipelineError` where that is no CXI file or may not be written.
  public func checkAppending() throws(PipelineError) {
    guard try [.scan, .rawScan].contains(FileKind(of: path)), path.lowercased().hasSuffix(".cxi")
    else {
      throw PipelineError(.output, "\(path) is no CXI file, to which a result could be added")
    }
    let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
    guard FileManager.default.isWritableFile(atPath: path),
      FileManager.default.isWritableFile(atPath: folder)
    else {
      throw PipelineError(.output, "\(path) may not be written; name another file with --output")
    }
  }

  /// Writes a result as CXI: object, probe, errors, the positions that were used, parameters.
  ///
  /// - Parameters:
  ///   - result: What the reconstruction came to.
  ///   - output: The file, replaced if it is there.
  /// - Throws: `PipelineError` where it cannot be written.
  public func write(_ result: ScanResult, to output: String) throws(PipelineError) {
    do throws(StorageError) {
      try writeCXI(result: result.object, source: source(of: result), to: output)
    } catch {
      throw PipelineError(.output, error.description)
    }
  }

  private func source(of result: ScanResult) -> CXISource {
    CXISource(
      detectorDistance: scan.detectorDistance,
      positions: result.positions,
      toldPositions: result.toldPositions,
      frames: result.frames,
      parameters: configuration.describedInFull,
      version: tiltfoldVersion
    )
  }
}
