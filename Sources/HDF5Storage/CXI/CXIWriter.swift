// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Glibc
import Imaging

/// Writes a reconstruction as a CXI file that the readers of SHARP's results understand.
///
/// The file takes its name when it is whole. It holds the object as `/entry_1/image_1/data`, the
/// probe and the background behind it, the geometry and positions that were used, and the frames
/// where `source` has them (Docs/Reference/FileLayout.md).
///
/// - Parameters:
///   - result: The object, probe and figures.
///   - source: Geometry, positions, frames, parameters.
///   - path: The file, replaced if it is there.
/// - Throws: `StorageError` where the file cannot be written.
public func writeCXI(
  result: ReconstructedObject,
  source: CXISource,
  to path: String
) throws(StorageError) {
  let file = try StorageFile(creating: path)
  let shape = result.probe.shape
  // The pixel that makes the object's own pixel, λz / (N · object pixel).
  let window = result.identity.energy.wavelength.meters * source.detectorDistance.meters
  let pixel = { (count: Int) in
    Length(meters: window / (Double(count) * result.pixelSize.meters))
  }
  try CXIWriter.writeScan(
    CXIWriter.Scan(
      identity: result.identity,
      distance: source.detectorDistance,
      pixelWidth: source.scan?.detectorPixelWidth ?? pixel(shape.columns),
      pixelHeight: source.scan?.detectorPixelHeight ?? pixel(shape.rows),
      shape: shape,
      positions: source.toldPositions,
      probe: source.scan?.probe
    ),
    to: file
  )
  if let scan = source.scan { try CXIWriter.writeFrames(scan, to: file) }
  try CXIWriter.writeResult(result, source: source, to: file)
  try file.close()
}

/// Adds a reconstruction to the scan's own file, as the next `/entry_1/image_N` and the latest.
///
/// Everything else in the file stays as it is. The file is copied, added to and put in the old
/// one's place, so that it is whole at any moment.
///
/// - Parameters:
///   - result: The object, probe and figures.
///   - source: Positions, parameters.
///   - path: The file, a scan or a result in SHARP's layout.
/// - Returns: The number N that the result got.
/// - Throws: `StorageError` where the file cannot be read or added to.
@discardableResult
public func appendCXI(
  result: ReconstructedObject,
  source: CXISource,
  to path: String
) throws(StorageError) -> Int {
  let copy = StorageFile.temporaryPath(for: path)
  try copyFile(path, to: copy)
  var isWhole = false
  defer { if !isWhole { unsafe unlink(copy) } }
  let number: Int
  do {
    let file = try StorageFile(updating: copy)
    guard file.exists(CXIPaths.entry) else {
      throw StorageError("this is no CXI file", file: path, path: CXIPaths.entry)
    }
    number = (CXIReader.resultNumbers(file).last ?? 0) + 1
    try CXIWriter.writeResult(result, source: source, number: number, to: file)
    try file.close()
  }
  guard unsafe rename(copy, path) == 0 else {
    throw systemError("cannot give the finished file its name", path)
  }
  isWhole = true
  return number
}

/// Writes a scan without a result: frames, positions, geometry, probe and mask.
///
/// - Parameters:
///   - scan: The scan.
///   - path: The file, replaced if it is there.
/// - Throws: `StorageError` where the file cannot be written.
public func writeCXI(scan: CXIScan, to path: String) throws(StorageError) {
  let file = try StorageFile(creating: path)
  try CXIWriter.writeScan(
    CXIWriter.Scan(
      identity: scan.identity,
      distance: scan.detectorDistance,
      pixelWidth: scan.detectorPixelWidth,
      pixelHeight: scan.detectorPixelHeight,
      shape: scan.frames.shape,
      positions: scan.positions,
      probe: scan.probe
    ),
    to: file
  )
  try CXIWriter.writeFrames(scan, to: file)
  try file.setAttribute("default", of: CXIPaths.entry, to: "data_1")
  try file.close()
}

enum CXIWriter {
  /// What every file says of its scan.
  struct Scan {
    var identity: ScanIdentity
    var distance: Length
    var pixelWidth: Length
    var pixelHeight: Length
    var shape: Shape2D
    var positions: [ScanPosition]
    var probe: ComplexImage?
  }

  static func writeScan(_ scan: Scan, to file: borrowing StorageFile) throws(StorageError) {
    try file.write(value: Int32(140), at: "/cxi_version")
    try file.write(value: Int32(1), at: "/number_of_entries")
    try file.setAttribute("default", of: "/", to: "entry_1")
    try file.makeGroup(CXIPaths.entry, nexusClass: "NXentry")
    try file.makeGroup(CXIPaths.instrument, nexusClass: "NXinstrument")
    try file.makeGroup(CXIPaths.source, nexusClass: "NXsource")
    try file.makeGroup(CXIPaths.detector, nexusClass: "NXdetector")
    try file.makeGroup(CXIPaths.sample, nexusClass: "NXsample")
    try file.makeGroup(CXIPaths.geometry, nexusClass: "NXgeometry")
    try writeIdentity(scan.identity, to: file)
    let energy = scan.identity.energy
    try file.write(value: energy.joules, at: "\(CXIPaths.source)/energy", unit: "J")
    try file.write(value: energy.wavelength.meters, at: "\(CXIPaths.source)/wavelength", unit: "m")
    if let probe = scan.probe {
      try file.write(probe, at: "\(CXIPaths.source)/illumination", unit: "sqrt(photon)")
    }
    let detector = CXIPaths.detector
    let width = scan.pixelWidth.meters
    let height = scan.pixelHeight.meters
    try file.write(value: scan.distance.meters, at: "\(detector)/distance", unit: "m")
    try file.write(value: width, at: "\(detector)/x_pixel_size", unit: "m")
    try file.write(value: height, at: "\(detector)/y_pixel_size", unit: "m")
    try file.write(
      [
        width * Double(scan.shape.columns) / 2, height * Double(scan.shape.rows) / 2,
        scan.distance.meters,
      ],
      shape: [3],
      at: "\(detector)/corner_position",
      unit: "m"
    )
    try file.write(
      [0, -height, 0, -width, 0, 0],
      shape: [2, 3],
      at: "\(detector)/basis_vectors",
      unit: "m"
    )
    try file.write(
      scan.positions.flatMap { [$0.x, $0.y, 0] },
      shape: [scan.positions.count, 3],
      at: CXIPaths.translation,
      unit: "m"
    )
    try file.setAttribute(CXIPaths.centeredAttribute, of: CXIPaths.translation, to: Int32(1))
    try file.makeGroup(CXIPaths.data, nexusClass: "NXdata")
    try file.link("\(CXIPaths.data)/translation", to: CXIPaths.translation)
    try file.link("\(detector)/translation", to: CXIPaths.translation)
  }

  static func writeIdentity(
    _ identity: ScanIdentity,
    to file: borrowing StorageFile
  ) throws(StorageError) {
    try file.write(text: identity.scan, at: "\(CXIPaths.entry)/title")
    let sample = CXIPaths.sample
    if let tomogram = identity.tomogram {
      try file.write(text: tomogram, at: "\(sample)/tomogram_id")
    }
    if let tilt = identity.tilt {
      try file.write(value: tilt.degrees, at: "\(sample)/rotation_angle", unit: "degree")
    }
    if let index = identity.tiltIndex {
      try file.write(value: Int32(index), at: "\(sample)/tilt_index", unit: "1")
    }
    if let index = identity.energyIndex {
      try file.write(value: Int32(index), at: "\(sample)/energy_index", unit: "1")
    }
  }

  static func writeFrames(
    _ scan: CXIScan,
    to file: borrowing StorageFile
  ) throws(StorageError) {
    let data = "\(CXIPaths.detector)/data"
    let extent = [scan.frames.shape.rows, scan.frames.shape.columns]
    let perFrame = DatasetLayout(chunk: [1] + extent, deflate: 1)
    try file.write(
      scan.frames.values,
      shape: [scan.frames.count] + extent,
      at: data,
      unit: "photon",
      layout: perFrame
    )
    try file.setAttribute("axes", of: data, to: "translation:y:x")
    try file.setAttribute("interpretation", of: data, to: "image")
    try file.link("\(CXIPaths.data)/data", to: data)
    try file.setAttribute("signal", of: CXIPaths.data, to: "data")
    let mask = "\(CXIPaths.detector)/mask"
    if let frameMasks = scan.frameMasks {
      var flags = frameMasks.values.map { UInt32($0 == 0 ? 0 : 1) }
      if let shared = scan.mask {
        for i in flags.indices where shared.values[i % shared.values.count] != 0 { flags[i] = 1 }
      }
      try file.write(flags, shape: [frameMasks.count] + extent, at: mask, layout: perFrame)
    } else if let shared = scan.mask {
      try file.write(shared.values.map { UInt32($0 == 0 ? 0 : 1) }, shape: extent, at: mask)
    }
    if let lit = scan.illuminationMask {
      try file.write(
        lit.values.map { UInt32($0 == 0 ? 0 : 1) },
        shape: extent,
        at: CXIPaths.illuminationMasks[0]
      )
    }
    if scan.nearField {
      try file.write(value: Int32(1), at: "\(CXIPaths.detector)/near_field")
    }
  }
}

extension StorageFile {
  /// Writes a complex image as a dataset [row, column].
  func write(_ image: ComplexImage, at path: String, unit: String) throws(StorageError) {
    try write(
      image.values,
      shape: [image.shape.rows, image.shape.columns],
      at: path,
      unit: unit
    )
  }

  /// Writes an image as a dataset [row, column].
  func write(_ image: Image, at path: String, unit: String) throws(StorageError) {
    try write(
      image.values,
      shape: [image.shape.rows, image.shape.columns],
      at: path,
      unit: unit
    )
  }
}
