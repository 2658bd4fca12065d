// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

extension CXIWriter {
  /// Writes object, probe, background and figures as `/entry_1/image_1`.
  static func writeResult(
    _ result: ReconstructedObject,
    source: CXISource,
    to file: borrowing StorageFile
  ) throws(StorageError) {
    let image = CXIPaths.image(1)
    let shape = result.transmission.shape
    let pixel = result.pixelSize.meters
    try file.makeGroup(image, nexusClass: "NXdata")
    try file.setAttribute("signal", of: image, to: "data")
    try file.setAttribute("axes", of: image, to: ["y", "x"])
    try file.write(result.transmission, at: "\(image)/data", unit: "1")
    try file.setAttribute("long_name", of: "\(image)/data", to: "transmission")
    try file.setAttribute("interpretation", of: "\(image)/data", to: "image")
    try file.write(
      (0..<shape.columns).map { result.origin.x + Double($0) * pixel },
      shape: [shape.columns],
      at: "\(image)/x",
      unit: "m"
    )
    try file.write(
      (0..<shape.rows).map { result.origin.y + Double($0) * pixel },
      shape: [shape.rows],
      at: "\(image)/y",
      unit: "m"
    )
    try file.write([pixel, pixel], shape: [2], at: "\(image)/pixel_size", unit: "m")
    try file.write(result.coverage, at: "\(image)/coverage", unit: "photon")
    try writeProcess(result, source: source, at: "\(image)/process_1", to: file)
    try file.link(CXIPaths.latestImage, to: image)
  }

  private static func writeProcess(
    _ result: ReconstructedObject,
    source: CXISource,
    at process: String,
    to file: borrowing StorageFile
  ) throws(StorageError) {
    try file.makeGroup(process, nexusClass: "NXprocess")
    try file.write(result.probe, at: "\(process)/final_illumination", unit: "sqrt(photon)")
    if let background = result.background {
      try file.write(background, at: "\(process)/final_background", unit: "photon")
    }
    try file.write(
      source.positions.flatMap { [$0.x, $0.y] },
      shape: [source.positions.count, 2],
      at: "\(process)/positions",
      unit: "m"
    )
    try file.write(value: Int32(result.iteration), at: "\(process)/iterations", unit: "1")
    try file.write(value: Int32(result.frameCount), at: "\(process)/frames", unit: "1")
    try file.write(value: result.dataError, at: "\(process)/data_error", unit: "1")
    try file.write(value: result.overlapError, at: "\(process)/overlap_error", unit: "1")
    try file.write(text: "tiltfold", at: "\(process)/program")
    try file.write(text: source.version, at: "\(process)/version")
    try file.write(text: source.parameters, at: "\(process)/parameters")
  }
}

/// Reads a result back from a file that `writeCXI(result:source:to:)` has written.
///
/// - Parameter path: The file.
/// - Returns: The latest result.
/// - Throws: `StorageError` that names what is missing.
public func readCXIResult(_ path: String) throws(StorageError) -> ReconstructedObject {
  let file = try StorageFile(reading: path)
  let image = CXIPaths.latestImage
  let process = "\(image)/process_1"
  let transmission = try file.readComplexImage(at: "\(image)/data")
  let x = try file.read(Double.self, at: "\(image)/x").values
  let y = try file.read(Double.self, at: "\(image)/y").values
  let pixel = try file.read(Double.self, at: "\(image)/pixel_size").values
  guard let left = x.first, let top = y.first, let size = pixel.first else {
    throw StorageError("the object's axes are empty", file: path, path: image)
  }
  let energy = try CXIReader.readEnergy(file)
  let background = "\(process)/final_background"
  return ReconstructedObject(
    identity: CXIReader.readIdentity(file, energy: energy),
    transmission: transmission,
    probe: try file.readComplexImage(at: "\(process)/final_illumination"),
    coverage: try file.readImage(at: "\(image)/coverage"),
    pixelSize: Length(meters: size),
    origin: ScanPosition(x: left, y: top),
    background: file.exists(background) ? try file.readImage(at: background) : nil,
    iteration: Int(try file.readValue(Int32.self, at: "\(process)/iterations")),
    frameCount: Int(try file.readValue(Int32.self, at: "\(process)/frames")),
    dataError: try file.readValue(at: "\(process)/data_error"),
    overlapError: try file.readValue(at: "\(process)/overlap_error")
  )
}

extension StorageFile {
  /// Reads a dataset [row, column] of complex numbers.
  func readComplexImage(at path: String) throws(StorageError) -> ComplexImage {
    let array = try read(Complex64.self, at: path)
    return ComplexImage(shape: try shape2D(array.shape, at: path), values: array.values)
  }

  /// Reads a dataset [row, column] of real numbers.
  func readImage(at path: String) throws(StorageError) -> Image {
    let array = try read(Float.self, at: path)
    return Image(shape: try shape2D(array.shape, at: path), values: array.values)
  }

  private func shape2D(_ shape: [Int], at path: String) throws(StorageError) -> Shape2D {
    guard shape.count == 2 else {
      throw StorageError(
        "an image [row, column] was expected, there is \(shape)",
        file: self.path,
        path: path
      )
    }
    return Shape2D(rows: shape[0], columns: shape[1])
  }
}
