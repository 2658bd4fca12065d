// SPDX-License-Identifier: BSD-3-Clause

public import HDF5Storage

/// One scan, ready for a solver, out of any file that holds one.
public enum OfflineScan {
  /// Reads a scan; raw frames are cleaned on the way.
  ///
  /// - Parameters:
  ///   - path: A scan (CXI), a scan of raw frames (`.stxm`, raw CXI) or a recording.
  ///   - name: Which scan of a recording; nil where it has only one.
  ///   - configuration: The instrument, for raw frames.
  ///   - progress: Told of every step.
  /// - Returns: The scan.
  /// - Throws: `PipelineError` where the file cannot be read, or holds no such scan.
  public static func read(
    _ path: String,
    scan name: String? = nil,
    configuration: PipelineConfiguration,
    progress: @escaping (OfflineProgress) -> Void = { _ in }
  ) throws(PipelineError) -> CXIScan {
    let kind = try FileKind(of: path)
    switch kind {
    case .rawScan:
      return try RawScanCleaning(path: path, configuration: configuration, progress: progress)
        .scan()
    case .recording:
      return try recorded(path, name, configuration, progress)
    case .scan, .hdf5:
      // What is missing for a scan is told.
      return try PipelineError.reading(path) { () throws(StorageError) in try readCXI(path) }
    case .result, .image, .tomogram, .mrc:
      throw PipelineError(
        .data,
        "\(path) is \(kind.inWords), which holds no frames; a scan (CXI, raw CXI, .stxm) or a "
          + "recording is needed"
      )
    }
  }

  private static func recorded(
    _ path: String,
    _ name: String?,
    _ configuration: PipelineConfiguration,
    _ progress: @escaping (OfflineProgress) -> Void
  ) throws(PipelineError) -> CXIScan {
    let names = try PipelineError.reading(path) { () throws(StorageError) in
      try RecordingDescription.scanNames(path)
    }
    guard name != nil || names.count <= 1 else {
      throw PipelineError(
        .data,
        "\(path) holds \(names.count) scans; name one with --scan: \(Words.list(names))"
      )
    }
    var scans = RecordedScans(path: path, configuration: configuration, progress: progress)
    var found: CXIScan?
    try scans.visit(only: name) { (_, scan) throws(PipelineError) in found = found ?? scan }
    guard let found else {
      let known = names.isEmpty ? "there is none in it" : "there are \(Words.list(names))"
      throw PipelineError(
        .data,
        "\(path): no scan \(name.map { "named \($0) " } ?? "")with frames that can be used; \(known)"
      )
    }
    return found
  }
}
