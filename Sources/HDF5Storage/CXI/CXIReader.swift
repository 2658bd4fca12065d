// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// Reads a scan in the CXI layout of SHARP and its relatives.
///
/// Taken are the frames, positions, energy or wavelength, distance, pixel sizes, mask and probe,
/// wherever the known writers put them (Docs/Reference/FileLayout.md). Integer and floating,
/// plain and compressed data are read alike.
///
/// - Parameter path: The file.
/// - Returns: The scan, positions in our own axes.
/// - Throws: `StorageError` that names the file and the path of what is missing or does not fit.
public func readCXI(_ path: String) throws(StorageError) -> CXIScan {
  let file = try StorageFile(reading: path)
  return try CXIReader.read(file)
}

enum CXIReader {
  static let framePaths = ["\(CXIPaths.data)/data", "\(CXIPaths.detector)/data"]
  static let rawFramePaths = ["\(CXIPaths.data)/raw_data", "\(CXIPaths.data)/exp_frames"]
  static let translationPaths = [
    "\(CXIPaths.data)/translation", CXIPaths.translation,
    "\(CXIPaths.detector)/translation",
  ]
  static let probePaths = [
    "\(CXIPaths.source)/illumination", "\(CXIPaths.source)/probe",
    "\(CXIPaths.source)/data_illumination",
    "\(CXIPaths.detector)/probe",
  ]

  static func read(_ file: borrowing StorageFile) throws(StorageError) -> CXIScan {
    let frames = try readFrames(file)
    let energy = try readEnergy(file)
    let distance = try readDistance(file)
    let (width, height) = try readPixelSize(file, frame: frames.shape)
    let (mask, frameMasks) = try readMasks(file, frames: frames)
    var scan = CXIScan(
      identity: readIdentity(file, energy: energy),
      detectorDistance: distance,
      detectorPixelWidth: width,
      detectorPixelHeight: height,
      frames: frames,
      positions: try readPositions(file, count: frames.count),
      probe: try readProbe(file, shape: frames.shape),
      mask: mask,
      frameMasks: frameMasks
    )
    scan.illuminationMask = readIlluminationMask(file, mean: scan.meanFrame)
    scan.nearField = saysNearField(file) || scan.stepsBeyondFarField
    return scan
  }

  static func readFrames(_ file: borrowing StorageFile) throws(StorageError) -> ImageStack {
    guard let path = first(framePaths, in: file) else {
      if let raw = first(rawFramePaths, in: file) {
        throw StorageError(
          "the file holds raw detector frames, which have to be cleaned first",
          file: file.path,
          path: raw
        )
      }
      throw StorageError("there are no frames", file: file.path, path: framePaths[0])
    }
    let frames = try file.read(Float.self, at: path)
    guard frames.shape.count == 3, frames.values.count > 0 else {
      throw StorageError(
        "frames [frame, row, column] were expected, there is \(frames.shape)",
        file: file.path,
        path: path
      )
    }
    let shape = Shape2D(rows: frames.shape[1], columns: frames.shape[2])
    return ImageStack(count: frames.shape[0], shape: shape, values: frames.values)
  }

  static func readPositions(
    _ file: borrowing StorageFile,
    count: Int? = nil
  ) throws(StorageError) -> [ScanPosition] {
    guard let path = first(translationPaths, in: file) else {
      throw StorageError("there are no positions", file: file.path, path: translationPaths[0])
    }
    let translations = try file.read(Double.self, at: path)
    guard translations.shape.count == 2, (2...3).contains(translations.shape[1]) else {
      throw StorageError(
        "positions [frame, 2 or 3] were expected, there is \(translations.shape)",
        file: file.path,
        path: path
      )
    }
    if let count, translations.shape[0] != count {
      throw StorageError(
        "there are \(translations.shape[0]) positions for \(count) frames",
        file: file.path,
        path: path
      )
    }
    guard translations.values.allSatisfy(\.isFinite) else {
      throw StorageError("a position is not a number", file: file.path, path: path)
    }
    let isCentered = file.attributeNumbers(CXIPaths.centeredAttribute, of: path) == [1]
    return axes(of: file).positions(
      translations: translations.values,
      components: translations.shape[1],
      centered: isCentered
    )
  }

  static func axes(of file: borrowing StorageFile) -> CXIAxes {
    guard let basis = try? file.read(Double.self, at: "\(CXIPaths.detector)/basis_vectors"),
      let axes = CXIAxes(basisVectors: basis.values, shape: basis.shape)
    else { return .sharp }
    return axes
  }

  static func readEnergy(_ file: borrowing StorageFile) throws(StorageError) -> PhotonEnergy {
    let path = "\(CXIPaths.source)/energy"
    if file.exists(path) {
      let value = try positive(path, in: file)
      // The layout asks for joules; an energy above 1 can only be electron volts.
      let isElectronVolts = file.attributeText("units", of: path) == "eV" || value > 1
      return isElectronVolts ? PhotonEnergy(electronVolts: value) : PhotonEnergy(joules: value)
    }
    guard file.exists("\(CXIPaths.source)/wavelength") else {
      throw StorageError("there is no photon energy", file: file.path, path: path)
    }
    let wavelength = try positive("\(CXIPaths.source)/wavelength", in: file)
    return PhotonEnergy(
      electronVolts: PhotonEnergy(electronVolts: 1).wavelength.meters / wavelength
    )
  }

  static func readDistance(_ file: borrowing StorageFile) throws(StorageError) -> Length {
    let corner = "\(CXIPaths.detector)/corner_position"
    if !file.exists("\(CXIPaths.detector)/distance"), file.exists(corner) {
      let position = try file.read(Double.self, at: corner)
      if position.values.count == 3, abs(position.values[2]) > 0 {
        return Length(meters: abs(position.values[2]))
      }
    }
    return Length(meters: try positive("\(CXIPaths.detector)/distance", in: file))
  }

  static func readPixelSize(
    _ file: borrowing StorageFile,
    frame: Shape2D
  ) throws(StorageError) -> (width: Length, height: Length) {
    let corner = "\(CXIPaths.detector)/corner_position"
    if !file.exists("\(CXIPaths.detector)/x_pixel_size"), file.exists(corner) {
      let position = try file.read(Double.self, at: corner)
      // The corner lies on either side of the axis, as the writer likes.
      if position.values.count == 3, abs(position.values[0]) > 0, abs(position.values[1]) > 0 {
        return (
          Length(meters: 2 * abs(position.values[0]) / Double(frame.columns)),
          Length(meters: 2 * abs(position.values[1]) / Double(frame.rows))
        )
      }
    }
    let width = try positive("\(CXIPaths.detector)/x_pixel_size", in: file)
    let hasHeight = file.exists("\(CXIPaths.detector)/y_pixel_size")
    let height = hasHeight ? try positive("\(CXIPaths.detector)/y_pixel_size", in: file) : width
    return (Length(meters: width), Length(meters: height))
  }

  static func readMasks(
    _ file: borrowing StorageFile,
    frames: ImageStack
  ) throws(StorageError) -> (shared: Image?, single: ImageStack?) {
    let path = "\(CXIPaths.detector)/mask"
    guard file.exists(path) else { return (nil, nil) }
    let mask = try file.read(Float.self, at: path)
    switch mask.shape {
    case [frames.shape.rows, frames.shape.columns]:
      return (Image(shape: frames.shape, values: mask.values), nil)
    case [frames.count, frames.shape.rows, frames.shape.columns]:
      return (nil, ImageStack(count: frames.count, shape: frames.shape, values: mask.values))
    default:
      throw StorageError(
        "a mask of \(frames.shape) was expected, there is \(mask.shape)",
        file: file.path,
        path: path
      )
    }
  }

  /// The first mode of the probe that the file proposes, where its shape is that of the frames.
  static func readProbe(
    _ file: borrowing StorageFile,
    shape: Shape2D
  ) throws(StorageError) -> ComplexImage? {
    for path in probePaths where file.exists(path) {
      guard let summary = try? file.summary(of: path),
        summary.type == .complex64 || summary.type == .complex128,
        Array(summary.shape.suffix(2)) == [shape.rows, shape.columns]
      else { continue }
      let modes = try file.read(Complex64.self, at: path)
      return ComplexImage(shape: shape, values: Array(modes.values.prefix(shape.count)))
    }
    return nil
  }

  static func readIdentity(
    _ file: borrowing StorageFile,
    energy: PhotonEnergy
  ) -> ScanIdentity {
    let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
    let stem = name.hasSuffix(".cxi") ? String(name.dropLast(4)) : name
    let title = try? file.readText(at: "\(CXIPaths.entry)/title")
    let sample = CXIPaths.sample
    let tilt =
      (try? file.readValue(Double.self, at: "\(sample)/rotation_angle"))
      ?? (try? file.readValue(Double.self, at: "/tomography/angles"))
    let tiltIndex = try? file.readValue(Int32.self, at: "\(sample)/tilt_index")
    let energyIndex = try? file.readValue(Int32.self, at: "\(sample)/energy_index")
    return ScanIdentity(
      scan: title ?? stem,
      tomogram: try? file.readText(at: "\(sample)/tomogram_id"),
      tilt: tilt.flatMap { $0.isFinite ? TiltAngle(degrees: $0) : nil },
      tiltIndex: tiltIndex.map { Int($0) },
      energy: energy,
      energyIndex: energyIndex.map { Int($0) }
    )
  }

  static func saysNearField(_ file: borrowing StorageFile) -> Bool {
    guard let flag = try? file.readValue(Double.self, at: "\(CXIPaths.detector)/near_field") else {
      return false
    }
    return flag != 0
  }

  static func positive(
    _ path: String,
    in file: borrowing StorageFile
  ) throws(StorageError) -> Double {
    let value = try file.readValue(Double.self, at: path)
    guard value.isFinite, value > 0 else {
      throw StorageError(
        "a positive number was expected, not \(value)",
        file: file.path,
        path: path
      )
    }
    return value
  }

  static func first(_ paths: [String], in file: borrowing StorageFile) -> String? {
    for path in paths where file.exists(path) { return path }
    return nil
  }
}
