// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// The numbers of the results in a CXI file, `/entry_1/image_N`, lowest first.
///
/// - Parameter path: The file.
/// - Returns: The numbers; empty where there is no result.
/// - Throws: `StorageError` where the file cannot be opened.
public func cxiResultNumbers(_ path: String) throws(StorageError) -> [Int] {
  CXIReader.resultNumbers(try StorageFile(reading: path))
}

/// Reads a result of any program that writes SHARP's layout.
///
/// Beyond the object only energy and geometry have to be there. What else is missing is made
/// from the rest: the pixel size from the geometry, the place from the positions, whose bounding
/// box SHARP puts half a probe inside the object's edge, the coverage from probe and positions.
///
/// - Parameters:
///   - path: The file.
///   - number: Which result, N of `/entry_1/image_N`; nil for the latest.
/// - Returns: The result.
/// - Throws: `StorageError` that names what is missing.
public func readCXIResult(
  _ path: String,
  number: Int? = nil
) throws(StorageError) -> ReconstructedObject {
  let file = try StorageFile(reading: path)
  return try CXIReader.readResult(file, number: number)
}

/// Reads where the probe sat in each frame of a result, as told or as refined.
///
/// - Parameters:
///   - path: The file.
///   - number: Which result, N of `/entry_1/image_N`; nil for the latest.
/// - Returns: The positions by the index of the frame in its scan; empty where the result does not
///   say which frames it is of.
/// - Throws: `StorageError` where the file cannot be read or contradicts itself.
public func readCXIResultPositions(
  _ path: String,
  number: Int? = nil
) throws(StorageError) -> [Int: ScanPosition] {
  let file = try StorageFile(reading: path)
  return try CXIReader.readFramePositions(file, number: number)
}

extension CXIReader {
  static func resultNumbers(_ file: borrowing StorageFile) -> [Int] {
    let names = (try? file.children(of: CXIPaths.entry)) ?? []
    return names.compactMap { name in
      guard name.hasPrefix("image_"), let number = Int(name.dropFirst(6)),
        file.exists("\(CXIPaths.image(number))/data")
      else { return nil }
      return number
    }.sorted()
  }

  static func readResult(
    _ file: borrowing StorageFile,
    number: Int?
  ) throws(StorageError) -> ReconstructedObject {
    let image = number.map(CXIPaths.image) ?? latestImage(in: file)
    let process = "\(image)/process_1"
    let transmission = try file.readComplexImage(at: "\(image)/data")
    let energy = try readEnergy(file)
    let probe = try readFinalProbe(file, process: process)
    let pixelSize = try resultPixelSize(file, image: image, probe: probe.shape, energy: energy)
    let positions = resultPositions(file, process: process)
    let origin = resultOrigin(file, image: image, positions, pixelSize, probe: probe.shape)
    let background = "\(process)/final_background"
    let weakerModes = try readWeakerModes(file, process: process, shape: probe.shape)
    let stored = try? file.readImage(at: "\(image)/coverage")
    var result = ReconstructedObject(
      identity: readIdentity(file, energy: energy),
      transmission: transmission,
      probe: probe,
      weakerModes: weakerModes,
      coverage: Image(shape: transmission.shape, filledWith: 1),
      pixelSize: pixelSize,
      origin: origin,
      background: file.exists(background) ? try file.readImage(at: background) : nil,
      iteration: count(file, "\(process)/iterations") ?? 0,
      frameCount: count(file, "\(process)/frames") ?? positions.count,
      dataError: (try? file.readValue(at: "\(process)/data_error")) ?? .nan,
      overlapError: (try? file.readValue(at: "\(process)/overlap_error")) ?? .nan
    )
    result.end = (try? file.readText(at: "\(process)/end")).flatMap(ReconstructionEnd.init)
    result.maps = maps(file, image: image, shape: transmission.shape)
    if let stored, stored.shape == transmission.shape {
      result.coverage = stored
    } else if !positions.isEmpty {
      result.coverage = result.coverage(of: positions)
    }
    return result
  }

  /// OD with its error, and phase, where the result has them.
  private static func maps(
    _ file: borrowing StorageFile,
    image: String,
    shape: Shape2D
  ) -> ObjectMaps? {
    guard let density = try? file.readImage(at: "\(image)/optical_density"),
      let error = try? file.readImage(at: "\(image)/optical_density_error"),
      let phase = try? file.readImage(at: "\(image)/phase"),
      density.shape == shape, error.shape == shape, phase.shape == shape
    else { return nil }
    return ObjectMaps(
      opticalDensity: density,
      opticalDensityError: error,
      phase: phase,
      noiseExcess: (try? file.readValue(at: "\(image)/noise_excess")) ?? 1
    )
  }

  /// `image_latest`, or else the highest number.
  private static func latestImage(in file: borrowing StorageFile) -> String {
    if file.exists("\(CXIPaths.latestImage)/data") { return CXIPaths.latestImage }
    return resultNumbers(file).last.map(CXIPaths.image) ?? CXIPaths.latestImage
  }

  private static func readFinalProbe(
    _ file: borrowing StorageFile,
    process: String
  ) throws(StorageError) -> ComplexImage {
    let paths = ["\(process)/final_illumination"] + probePaths
    guard let path = first(paths, in: file) else {
      throw StorageError("there is no probe", file: file.path, path: paths[0])
    }
    return try file.readComplexImage(at: path)
  }

  /// The modes after the first: those that we write, or those behind the first of another program.
  private static func readWeakerModes(
    _ file: borrowing StorageFile,
    process: String,
    shape: Shape2D
  ) throws(StorageError) -> [ComplexImage] {
    let paths = ["\(process)/probe_modes", "\(process)/final_illumination"]
    guard let path = first(paths, in: file) else { return [] }
    let stored = try file.read(Complex64.self, at: path)
    guard stored.shape.count == 3, Array(stored.shape.suffix(2)) == [shape.rows, shape.columns]
    else { return [] }
    return (1..<max(stored.shape[0], 1)).map { mode in
      let pixels = mode * shape.count..<(mode + 1) * shape.count
      return ComplexImage(shape: shape, values: Array(stored.values[pixels]))
    }
  }

  /// Where each frame of a scan was found to sit, by its index.
  static func readFramePositions(
    _ file: borrowing StorageFile,
    number: Int?
  ) throws(StorageError) -> [Int: ScanPosition] {
    let process = "\(number.map(CXIPaths.image) ?? latestImage(in: file))/process_1"
    let path = "\(process)/frame_indices"
    guard file.exists(path) else { return [:] }
    let positions = resultPositions(file, process: process)
    let frames = try file.read(Int64.self, at: path).values
    guard frames.count == positions.count else {
      throw StorageError(
        "there are \(positions.count) positions for \(frames.count) frames",
        file: file.path,
        path: path
      )
    }
    return Dictionary(zip(frames.map { Int($0) }, positions)) { first, _ in first }
  }

  private static func resultPixelSize(
    _ file: borrowing StorageFile,
    image: String,
    probe: Shape2D,
    energy: PhotonEnergy
  ) throws(StorageError) -> Length {
    if let size = try? file.read(Double.self, at: "\(image)/pixel_size").values.first, size > 0 {
      return Length(meters: size)
    }
    let distance = try readDistance(file)
    let pixel = try readPixelSize(file, frame: probe).width
    return Length(
      meters: energy.wavelength.meters * distance.meters
        / (Double(probe.columns) * pixel.meters)
    )
  }

  private static func resultPositions(
    _ file: borrowing StorageFile,
    process: String
  ) -> [ScanPosition] {
    if let used = try? file.read(Double.self, at: "\(process)/positions"), used.shape.count == 2,
      used.shape[1] == 2
    {
      return stride(from: 0, to: used.values.count, by: 2).map {
        ScanPosition(x: used.values[$0], y: used.values[$0 + 1])
      }
    }
    return (try? readPositions(file)) ?? []
  }

  private static func resultOrigin(
    _ file: borrowing StorageFile,
    image: String,
    _ positions: [ScanPosition],
    _ pixelSize: Length,
    probe: Shape2D
  ) -> ScanPosition {
    if let x = try? file.read(Double.self, at: "\(image)/x").values.first,
      let y = try? file.read(Double.self, at: "\(image)/y").values.first
    {
      return ScanPosition(x: x, y: y)
    }
    return ScanPosition(
      x: (positions.map(\.x).min() ?? 0) - Double(probe.columns / 2) * pixelSize.meters,
      y: (positions.map(\.y).min() ?? 0) - Double(probe.rows / 2) * pixelSize.meters
    )
  }

  private static func count(_ file: borrowing StorageFile, _ path: String) -> Int? {
    guard let value = try? file.readValue(Int64.self, at: path) else { return nil }
    return Int(value)
  }
}

extension ReconstructedObject {
  /// Σ|probe|² with the probe at each position, [row, column], photons.
  fileprivate func coverage(of positions: [ScanPosition]) -> Image {
    var coverage = Image(shape: transmission.shape)
    let light = probe.values.map(\.squaredModulus)
    for position in positions {
      let place = { (value: Double, origin: Double) in
        Int(((value - origin) / pixelSize.meters).rounded())
      }
      let top = place(position.y, origin.y) - probe.shape.rows / 2
      let left = place(position.x, origin.x) - probe.shape.columns / 2
      let rows = max(0, -top)..<max(max(0, -top), min(probe.shape.rows, coverage.shape.rows - top))
      let columns =
        max(0, -left)..<max(max(0, -left), min(probe.shape.columns, coverage.shape.columns - left))
      for row in rows {
        for column in columns {
          coverage[top + row, left + column] += light[row * probe.shape.columns + column]
        }
      }
    }
    return coverage
  }
}

extension StorageFile {
  /// Reads a dataset [row, column] of complex numbers.
  func readComplexImage(at path: String) throws(StorageError) -> ComplexImage {
    let array = try read(Complex64.self, at: path)
    // Of several modes the first, and of nothing but one image that image.
    let extents = array.shape.count > 2 ? Array(array.shape.suffix(2)) : array.shape
    let shape = try shape2D(extents, at: path)
    guard array.values.count >= shape.count else {
      throw StorageError("the image is empty", file: self.path, path: path)
    }
    return ComplexImage(shape: shape, values: Array(array.values.prefix(shape.count)))
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
