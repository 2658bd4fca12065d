// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Imaging

/// What a raw scan's file says, before any frame is needed.
struct RawScanContents {
  var layout: RawScanReader.Layout
  var version: String?
  var startTime: String?
  var metadata: BeamlineScanMetadata
  var energy: PhotonEnergy
  var positions: [ScanPosition] = []
  var motors: [String: Double] = [:]
  var shape: Shape2D
  var darks: [RawScanFrame]
  var exposures: [RawScanFrame]
  var remarks: [String] = []

  init(_ file: borrowing StorageFile) throws(StorageError) {
    let series: FrameSeries
    if let group = Self.frameGroup(in: file) {
      layout = .stxm
      series = try FrameSeries(file, group: group)
      let entry = group.split(separator: "/").first.map { "/\($0)" } ?? ""
      version = Self.text(file, "\(entry)/version") ?? file.attributeText("version", of: entry)
      startTime = Self.text(file, "\(entry)/start_time")
      metadata = try Self.metadata(file)
      motors = metadata.motors.merging(Self.motors(file, entry)) { $1 }
    } else if let stack = Self.exposureStack(in: file) {
      layout = .cxi
      metadata = try Self.cxiMetadata(file)
      series = try FrameSeries(
        file,
        stack: stack,
        planned: metadata.translations.count * max(1, metadata.exposureTimes.count)
      )
      startTime = Self.text(file, "\(CXIPaths.entry)/start_time")
    } else {
      throw StorageError(
        "there are no raw frames",
        file: file.path,
        path: "/entry0/ccd0/exp or \(CXIPaths.data)/exp_frames"
      )
    }
    guard let said = metadata.energy else {
      throw StorageError(
        "the metadata do not say the photon energy (energy)",
        file: file.path,
        path: "/metadata"
      )
    }
    energy = said
    guard metadata.exposureTimes.count >= 2 || !metadata.isDoubleExposure else {
      throw StorageError(
        "the metadata do not say both times (dwell1, dwell2) of a double exposure",
        file: file.path,
        path: "/metadata"
      )
    }
    remarks = series.remarks
    guard let first = series.exposures.first ?? series.darks.first else {
      throw StorageError("there are no exposures", file: file.path, path: series.path)
    }
    let extents = try file.summary(of: first.path).shape.suffix(2)
    guard extents.count == 2, let rows = extents.first, let columns = extents.last,
      FrameLayout.sides.contains(rows), FrameLayout.sides.contains(columns)
    else {
      throw StorageError(
        "a frame was expected, there is an array of \(Array(extents))",
        file: file.path,
        path: first.path
      )
    }
    shape = Shape2D(rows: rows, columns: columns)
    darks = series.darks
    exposures = series.exposures
    if metadata.translations.isEmpty, layout == .cxi { positions = Self.cxiPositions(file) }
    assignPoints()
    try settleOrder(file)
  }

  // MARK: - Where frames stand

  /// The group with the groups `exp` and `dark`: `/entry0/ccd0` in pystxmcontrol's files.
  static func frameGroup(in file: borrowing StorageFile) -> String? {
    let entries = (try? file.children(of: "/")) ?? []
    for entry in entries where entry.hasPrefix("entry") {
      let groups = (try? file.children(of: "/\(entry)")) ?? []
      // The camera's own name first, should there be several detectors.
      for group in groups.sorted(by: { $0.hasPrefix("ccd") && !$1.hasPrefix("ccd") })
      where (try? file.children(of: "/\(entry)/\(group)/exp")) != nil {
        return "/\(entry)/\(group)"
      }
    }
    return nil
  }

  /// The stack of raw exposures of a CXI file.
  static func exposureStack(in file: borrowing StorageFile) -> String? {
    CXIReader.first(CXIReader.rawFramePaths, in: file)
  }

  // MARK: - What is said

  private static func metadata(
    _ file: borrowing StorageFile
  ) throws(StorageError) -> BeamlineScanMetadata {
    guard let text = text(file, "/metadata") ?? file.attributeText("metadata", of: "/") else {
      throw StorageError(
        "the scan's metadata are missing, without which neither energy nor positions are known",
        file: file.path,
        path: "/metadata"
      )
    }
    return try parse(text, file: file.path)
  }

  private static func cxiMetadata(
    _ file: borrowing StorageFile
  ) throws(StorageError) -> BeamlineScanMetadata {
    for path in ["/metadata", "\(CXIPaths.entry)/metadata", "\(CXIPaths.data)/metadata"] {
      if let text = text(file, path) { return try parse(text, file: file.path) }
    }
    // Without the control system's own words what CXI itself has must do.
    let energy = try CXIReader.readEnergy(file)
    var table: [String: MetadataValue] = ["energy": .number(energy.electronVolts)]
    var geometry: [String: MetadataValue] = [:]
    if let distance = try? CXIReader.readDistance(file) {
      geometry["distance"] = .number(distance.meters * 1e3)
    }
    let pixel = "\(CXIPaths.detector)/x_pixel_size"
    if let size = try? file.readValue(Double.self, at: pixel) {
      geometry["psize"] = .number(size * 1e6)
    }
    table["geometry"] = .table(geometry)
    return try understand(.table(table), file: file.path)
  }

  private static func parse(
    _ text: String,
    file: String
  ) throws(StorageError) -> BeamlineScanMetadata {
    let decoder = JSONDecoder()
    // Python writes NaN and Infinity, which JSON proper does not know.
    decoder.allowsJSON5 = true
    guard let value = try? decoder.decode(MetadataValue.self, from: Data(text.utf8)) else {
      throw StorageError(
        "the metadata are no JSON: \(text.prefix(40))",
        file: file,
        path: "/metadata"
      )
    }
    return try understand(value, file: file)
  }

  private static func understand(
    _ value: MetadataValue,
    file: String
  ) throws(StorageError) -> BeamlineScanMetadata {
    do throws(ParameterError) {
      return try BeamlineScanMetadata(value)
    } catch {
      throw StorageError("the metadata cannot be used: \(error)", file: file, path: "/metadata")
    }
  }

  private static func cxiPositions(_ file: borrowing StorageFile) -> [ScanPosition] {
    guard let path = CXIReader.first(CXIReader.translationPaths, in: file),
      let array = try? file.read(Double.self, at: path), array.shape.count == 2,
      (2...3).contains(array.shape[1]), array.values.allSatisfy(\.isFinite)
    else { return [] }
    return CXIReader.axes(of: file).positions(
      translations: array.values,
      components: array.shape[1]
    )
  }

  private static func motors(
    _ file: borrowing StorageFile,
    _ entry: String
  ) -> [String: Double] {
    var motors: [String: Double] = [:]
    // The second place is that of versions before 3.
    for group in ["\(entry)/instrument/motors", "\(entry)/motors"] {
      for name in (try? file.children(of: group)) ?? [] {
        guard motors[name] == nil,
          let value = try? file.read(Double.self, at: "\(group)/\(name)").values.first
        else { continue }
        motors[name] = value
      }
    }
    return motors
  }

  private static func text(_ file: borrowing StorageFile, _ path: String) -> String? {
    guard let text = try? file.readText(at: path), !text.isEmpty else { return nil }
    return text
  }
}
