// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging

/// Turns a file of one kind into one of another (`tiltfold convert`).
///
/// The kind of the first is told by its contents, that of the second by its name. Whatever is
/// written stands under a temporary name until it is whole; nothing is written over unless asked.
public struct FileConversion {
  /// What is to be done apart from the two files.
  public struct Options: Sendable {
    /// Which scan of a recording.
    public var scan: String?
    /// The tilt to state, for files that do not say one.
    public var tilt: TiltAngle?
    /// Whether existing files are replaced.
    public var replaces = false

    /// Makes the defaults.
    public init() {}
  }

  /// What can be converted, a line for each way.
  public static let ways = """
    scan of raw frames (.stxm, raw CXI) -> .cxi (cleaned) or .h5 (recording)
    recording (.h5) -> .cxi (one scan, cleaned) or a folder (all scans)
    scan (CXI of any layout) -> .cxi (SHARP's layout)
    tomogram (.h5) -> .mrc or .tif (one volume for each energy)
    """

  let source: String
  let target: String
  let configuration: PipelineConfiguration
  let options: Options
  let progress: (OfflineProgress) -> Void

  /// Prepares a conversion.
  ///
  /// - Parameters:
  ///   - source: The file that is there.
  ///   - target: The file or folder to be.
  ///   - configuration: The instrument, for raw frames.
  ///   - options: What else is to be done.
  ///   - progress: Told of every step.
  public init(
    _ source: String,
    to target: String,
    configuration: PipelineConfiguration,
    options: Options = Options(),
    progress: @escaping (OfflineProgress) -> Void = { _ in }
  ) {
    self.source = source
    self.target = target
    self.configuration = configuration
    self.options = options
    self.progress = progress
  }

  /// Converts.
  ///
  /// - Returns: The files that were written.
  /// - Throws: `PipelineError` where there is no such way, the source cannot be used or the target
  ///   not be written.
  public func run() throws(PipelineError) -> [String] {
    let kind = try FileKind(of: source)
    let isFolder = target.hasSuffix("/") || Self.isFolder(target)
    let ending = isFolder ? "/" : Self.ending(of: target)
    switch (kind, ending) {
    case (.rawScan, "cxi"), (.scan, "cxi"):
      try checkTarget(target)
      try writeScan(kind)
    case (.recording, "cxi"):
      try checkTarget(target)
      try writeScan(kind)
    case (.recording, "/"):
      return try writeAllScans()
    case (.rawScan, "h5"):
      try checkTarget(target)
      try writeRecording()
    case (.tomogram, "mrc"), (.tomogram, "tif"), (.tomogram, "tiff"):
      return try writeVolumes()
    case (.result, _):
      throw PipelineError(
        .data,
        "\(source) is a result without frames, which is in SHARP's layout as it is; "
          + "there is nothing to convert it to"
      )
    default:
      let what =
        ending.isEmpty
        ? "\(target), which has no ending" : ending == "/" ? "a folder" : ".\(ending)"
      throw PipelineError(
        .data,
        "\(source) is \(kind.inWords), which cannot become \(what). What can be converted:\n"
          + Self.ways
      )
    }
    return [target]
  }

  // MARK: - Scans

  private func writeScan(_ kind: FileKind) throws(PipelineError) {
    var scan = try OfflineScan.read(
      source,
      scan: options.scan,
      configuration: configuration,
      progress: progress
    )
    if let tilt = options.tilt { scan.identity.tilt = tilt }
    try write(scan, to: target, results: kind == .scan)
  }

  /// Writes a scan and, after it, the results that stand in the source.
  private func write(
    _ scan: CXIScan,
    to path: String,
    results: Bool
  ) throws(PipelineError) {
    let whole = Self.unfinished(path)
    defer { try? FileManager.default.removeItem(atPath: whole) }
    do throws(StorageError) {
      try writeCXI(scan: scan, to: whole)
      for number in results ? try cxiResultNumbers(source) : [] {
        var result = try readCXIResult(source, number: number)
        result.identity = scan.identity
        let refined = try readCXIResultPositions(source, number: number)
        let frames = refined.keys.sorted().filter { scan.positions.indices.contains($0) }
        let from = CXISource(
          detectorDistance: scan.detectorDistance,
          positions: frames.isEmpty ? scan.positions : frames.compactMap { refined[$0] },
          toldPositions: scan.positions,
          frames: frames.isEmpty ? nil : frames,
          parameters: "converted from \(source), image_\(number)",
          version: tiltfoldVersion
        )
        try appendCXI(result: result, source: from, to: whole)
      }
    } catch {
      throw PipelineError(.output, error.description)
    }
    try Self.rename(whole, to: path)
  }

  private func writeAllScans() throws(PipelineError) -> [String] {
    let folder = target.hasSuffix("/") ? String(target.dropLast()) : target
    do {
      try FileManager.default.createDirectory(
        atPath: folder,
        withIntermediateDirectories: true
      )
    } catch {
      throw PipelineError(.output, "\(folder) cannot be made: \(error.localizedDescription)")
    }
    var written: [String] = []
    var scans = RecordedScans(path: source, configuration: configuration, progress: progress)
    try scans.visit(only: options.scan) { (key, scan) throws(PipelineError) in
      let path = "\(folder)/\(ResultFolder.fileName(key)).cxi"
      try checkTarget(path)
      try write(scan, to: path, results: false)
      written.append(path)
    }
    guard !written.isEmpty else {
      throw PipelineError(.data, "\(source): there is no scan with frames that can be used")
    }
    return written
  }

  // MARK: - Volumes

  private func writeVolumes() throws(PipelineError) -> [String] {
    let record: TomogramRecord = try PipelineError.reading(source) { () throws(StorageError) in
      try readTomogram(source)
    }
    guard !record.volumes.isEmpty else {
      throw PipelineError(.data, "\(source) holds no volume")
    }
    let paths = record.energies.prefix(record.volumes.count).map { energy in
      guard record.volumes.count > 1 else { return target }
      let energy = Words.number(energy.electronVolts, 2)
      return "\(TomogramResult.stem(target))-\(energy)-eV.\(Self.ending(of: target))"
    }
    for path in paths { try checkTarget(path) }
    for (place, path) in paths.enumerated() {
      progress(.working("writing volumes", done: place, of: paths.count))
      do throws(StorageError) {
        let (volume, size) = (record.volumes[place], record.voxelSize)
        let label =
          "\(record.name), \(record.unitName) per voxel at "
          + "\(Words.number(record.energies[place].electronVolts, 2)) eV"
        if Self.ending(of: path) == "mrc" {
          try writeMRC(volume, voxelSize: size, to: path, label: label)
        } else {
          try writeTIFF(volume, voxelSize: size, to: path, quantity: label)
        }
      } catch {
        throw PipelineError(.output, error.description)
      }
    }
    return paths
  }

  // MARK: - Names

  /// Throws where a file may not be written, before any time is spent on it.
  func checkTarget(_ path: String) throws(PipelineError) {
    let file = URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath()
    guard file != URL(filePath: source).standardizedFileURL.resolvingSymlinksInPath() else {
      throw PipelineError(.output, "\(path) is the file itself; name another one")
    }
    if FileManager.default.fileExists(atPath: path), !options.replaces {
      throw PipelineError(
        .output,
        "\(path) is there already; name another file, or replace it with --force"
      )
    }
    let folder = file.deletingLastPathComponent().path(percentEncoded: false)
    guard Self.isFolder(folder), FileManager.default.isWritableFile(atPath: folder) else {
      throw PipelineError(
        .output,
        "\(path) cannot be written: there is no folder \(folder) that may be written to"
      )
    }
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  private static func ending(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = name.lastIndex(of: ".") else { return "" }
    let ending = name[name.index(after: dot)...].lowercased()
    return ending == "hdf5" ? "h5" : ending
  }

  /// The name of a file that is not whole yet, in the same folder.
  static func unfinished(_ path: String) -> String {
    let file = URL(filePath: path)
    return file.deletingLastPathComponent()
      .appending(path: ".\(file.lastPathComponent).converting").path(percentEncoded: false)
  }

  /// Gives a whole file its name.
  static func rename(_ path: String, to target: String) throws(PipelineError) {
    guard unsafe Foundation.rename(path, target) == 0 else {
      throw PipelineError(.output, "\(target) cannot be given its name")
    }
  }
}
