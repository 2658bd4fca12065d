// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
public import Imaging

/// Reads a tomogram back from the file that `writeTomogram` has written.
///
/// - Parameter path: The file.
/// - Returns: The tomogram.
/// - Throws: `StorageError` where this is no tomogram, or that names what is missing in it.
public func readTomogram(_ path: String) throws(StorageError) -> TomogramRecord {
  let file = try StorageFile(reading: path)
  guard file.attributeText("format", of: "/") == TomogramPaths.format else {
    throw StorageError("this is no tomogram (\(TomogramPaths.format))", file: path)
  }
  let alignment = TomogramPaths.alignment
  let tilts = try file.read(Double.self, at: "\(alignment)/rotation_angle").values
  let energies = try file.read(Double.self, at: TomogramPaths.energies).values
  var record = TomogramRecord(
    name: try file.readText(at: TomogramPaths.title),
    voxelSize: Length(nanometers: try file.readValue(at: TomogramPaths.voxelSize)),
    tilts: tilts.map { TiltAngle(degrees: $0) },
    energies: energies.map { PhotonEnergy(electronVolts: $0) },
    parameters: try file.readText(at: "\(TomogramPaths.process)/parameters"),
    version: try file.readText(at: "\(TomogramPaths.process)/version")
  )
  let columns = try file.read(Double.self, at: "\(alignment)/shift_columns").values
  let rows = try file.read(Double.self, at: "\(alignment)/shift_rows").values
  record.shifts = zip(rows, columns).map { PixelShift(rows: $0, columns: $1) }
  record.accepted = try file.read(UInt8.self, at: "\(alignment)/accepted").values.map { $0 != 0 }
  for index in energies.indices {
    if let resolution = try file.readResolution(energy: index) {
      record.resolution.append(resolution)
    }
    let residual = "\(alignment)/residual_\(index)"
    if file.exists(residual) {
      record.residuals.append(try file.read(Double.self, at: residual).values)
    }
    let projections = TomogramPaths.projections(index)
    if file.exists(projections) {
      record.projections.append(try file.readStack(at: "\(projections)/data"))
      if file.exists("\(projections)/coverage") {
        record.coverage.append(try file.readStack(at: "\(projections)/coverage"))
      }
    }
    if file.exists(TomogramPaths.volume(index)) {
      record.volumes.append(try file.readVolume(at: "\(TomogramPaths.volume(index))/data"))
    }
  }
  try file.readLaterFields(into: &record)
  let chemistry = TomogramPaths.chemistry
  if file.exists(chemistry) {
    record.chemistry = TomogramChemistry(
      lithiated: try file.readVolume(at: "\(chemistry)/lithiated"),
      delithiated: try file.readVolume(at: "\(chemistry)/delithiated"),
      composition: try file.readVolume(at: "\(chemistry)/composition"),
      compositionError: file.exists("\(chemistry)/composition_error")
        ? try file.readVolume(at: "\(chemistry)/composition_error") : nil,
      polarAngle: try file.readVolume(at: "\(chemistry)/polar_angle"),
      phaseLabel: try file.readVolume(at: "\(chemistry)/phase_label"),
      figures: try file.readChemistryFigures()
    )
  }
  record.particles = try file.readParticles()
  return record
}

/// Reads the particles of a file, which need not hold a tomogram.
///
/// - Parameter path: The file.
/// - Returns: The particles; nil where there are none in it.
/// - Throws: `StorageError` where something of them cannot be read.
public func readTomogramParticles(_ path: String) throws(StorageError) -> TomogramParticles? {
  try StorageFile(reading: path).readParticles()
}

extension StorageFile {
  /// Reads a dataset [x, z, y] as a volume.
  ///
  /// - Parameter path: Where the dataset is.
  /// - Returns: The volume.
  /// - Throws: `StorageError` where there is no such dataset or it has not three indices.
  public func readVolume(at path: String) throws(StorageError) -> Volume {
    let array = try readThreeIndices(at: path)
    return Volume(
      sizeX: array.shape[0],
      sizeZ: array.shape[1],
      sizeY: array.shape[2],
      values: array.values
    )
  }

  /// Reads a dataset [frame, row, column] as a stack of images.
  ///
  /// - Parameter path: Where the dataset is.
  /// - Returns: The stack.
  /// - Throws: `StorageError` where there is no such dataset or it has not three indices.
  public func readStack(at path: String) throws(StorageError) -> ImageStack {
    let array = try readThreeIndices(at: path)
    return ImageStack(
      count: array.shape[0],
      shape: Shape2D(rows: array.shape[1], columns: array.shape[2]),
      values: array.values
    )
  }

  private func readThreeIndices(at path: String) throws(StorageError) -> StoredArray<Float> {
    let array = try read(Float.self, at: path)
    guard array.shape.count == 3 else {
      throw StorageError(
        "an array of three indices was expected, there is \(array.shape)",
        file: self.path,
        path: path
      )
    }
    return array
  }
}
