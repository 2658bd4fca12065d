// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// Writes a tomogram as a NeXus file whose volumes and projections viewers show by themselves.
///
/// The file takes its name when it is whole. Volumes are stored as they stand in memory,
/// [x, z, y], each with its axes in nm about the volume's middle.
///
/// - Parameters:
///   - record: The tomogram.
///   - path: The file, replaced if it is there.
/// - Throws: `StorageError` where the file cannot be written.
public func writeTomogram(_ record: TomogramRecord, to path: String) throws(StorageError) {
  let file = try StorageFile(creating: path)
  try file.setAttribute("format", of: "/", to: TomogramPaths.format)
  try file.setAttribute("default", of: "/", to: "entry")
  try file.makeGroup(TomogramPaths.entry, nexusClass: "NXentry")
  try file.write(text: record.name, at: TomogramPaths.title)
  try file.write(
    list: record.energies.map(\.electronVolts),
    at: TomogramPaths.energies,
    unit: "eV"
  )
  try file.write(value: record.voxelSize.nanometers, at: TomogramPaths.voxelSize, unit: "nm")
  try file.makeGroup(TomogramPaths.process, nexusClass: "NXprocess")
  try file.write(text: "tiltfold", at: "\(TomogramPaths.process)/program")
  try file.write(text: record.version, at: "\(TomogramPaths.process)/version")
  try file.write(text: record.parameters, at: "\(TomogramPaths.process)/parameters")
  try file.write(text: record.quantity, at: TomogramPaths.quantity)
  try file.writeAlignment(of: record)
  try file.writeConvergence(of: record)
  for (index, stack) in record.projections.enumerated() {
    try file.writeProjections(stack, energy: index, of: record)
  }
  for (index, volume) in record.volumes.enumerated() {
    try file.writeVolume(volume, energy: index, of: record)
  }
  if let chemistry = record.chemistry {
    try file.write(chemistry, voxelSize: record.voxelSize)
  }
  if let particles = record.particles {
    try file.write(particles, voxelSize: record.voxelSize)
  }
  try file.write(record.resolution)
  let shown =
    record.chemistry != nil
    ? "chemistry"
    : !record.volumes.isEmpty
      ? "volume_0" : record.particles != nil ? "particles" : "alignment"
  try file.setAttribute("default", of: TomogramPaths.entry, to: shown)
  try file.close()
}

extension StorageFile {
  fileprivate func writeProjections(
    _ stack: ImageStack,
    energy: Int,
    of record: TomogramRecord
  ) throws(StorageError) {
    let group = TomogramPaths.projections(energy)
    try makeData(group, signal: "data", axes: ["rotation_angle", "y", "x"])
    try write(stack, at: "\(group)/data", name: record.quantity)
    if energy < record.coverage.count {
      try write(record.coverage[energy], at: "\(group)/coverage", name: "coverage")
    }
    try writeTilts(record.tilts, in: group)
    try writeAxis("y", stack.shape.rows, record.voxelSize, in: group)
    try writeAxis("x", stack.shape.columns, record.voxelSize, in: group)
    try writeEnergy(energy, of: record, in: group)
  }

  fileprivate func writeVolume(
    _ volume: Volume,
    energy: Int,
    of record: TomogramRecord
  ) throws(StorageError) {
    let group = TomogramPaths.volume(energy)
    try makeVolumeData(group, signal: "data", volume, record.voxelSize)
    try write(volume, at: "\(group)/data", name: "\(record.quantity) per voxel", unit: "1")
    try writeEnergy(energy, of: record, in: group)
  }

  fileprivate func write(
    _ chemistry: TomogramChemistry,
    voxelSize: Length
  ) throws(StorageError) {
    let group = TomogramPaths.chemistry
    let composition = chemistry.composition
    try makeVolumeData(group, signal: "composition", composition, voxelSize)
    try setAttribute(
      "auxiliary_signals",
      of: group,
      to: ["lithiated", "delithiated", "polar_angle", "phase_label"]
        + (chemistry.compositionError == nil ? [] : ["composition_error"])
    )
    try write(composition, at: "\(group)/composition", name: "LiFePO4 share of iron", unit: "1")
    try write(chemistry.lithiated, at: "\(group)/lithiated", name: "LiFePO4 fraction", unit: "1")
    try write(
      chemistry.delithiated,
      at: "\(group)/delithiated",
      name: "FePO4 fraction",
      unit: "1"
    )
    try write(chemistry.polarAngle, at: "\(group)/polar_angle", name: "polar angle", unit: "degree")
    if let error = chemistry.compositionError {
      try write(
        error,
        at: "\(group)/composition_error",
        name: "standard error of the composition",
        unit: "1"
      )
    }
    if let figures = chemistry.figures { try write(figures) }
    let labels = "\(group)/phase_label"
    try write(
      chemistry.phaseLabel.values.map { UInt8(exactly: $0) ?? 0 },
      shape: chemistry.phaseLabel.extents,
      at: labels,
      unit: "1",
      layout: chemistry.phaseLabel.layout
    )
    try setAttribute(
      "long_name",
      of: labels,
      to: "phase: 0 empty, 1 LiFePO4-rich, 2 mixed, 3 FePO4-rich"
    )
  }
}

extension StorageFile {
  /// Makes an NXdata group that viewers plot by themselves.
  func makeData(
    _ group: String,
    signal: String,
    axes: [String]
  ) throws(StorageError) {
    try makeGroup(group, nexusClass: "NXdata")
    try setAttribute("signal", of: group, to: signal)
    try setAttribute("axes", of: group, to: axes)
  }

  private func makeVolumeData(
    _ group: String,
    signal: String,
    _ volume: Volume,
    _ voxelSize: Length
  ) throws(StorageError) {
    try makeData(group, signal: signal, axes: ["x", "z", "y"])
    try writeAxis("x", volume.sizeX, voxelSize, in: group)
    try writeAxis("z", volume.sizeZ, voxelSize, in: group)
    try writeAxis("y", volume.sizeY, voxelSize, in: group)
  }

  func write<Element: StorageElement>(
    list: [Element],
    at path: String,
    unit: String
  ) throws(StorageError) {
    try write(list, shape: [list.count], at: path, unit: unit)
  }

  private func write(
    _ volume: Volume,
    at path: String,
    name: String,
    unit: String
  ) throws(StorageError) {
    try write(
      volume.values,
      shape: volume.extents,
      at: path,
      unit: unit,
      layout: volume.layout
    )
    try setAttribute("long_name", of: path, to: name)
  }

  private func write(_ stack: ImageStack, at path: String, name: String) throws(StorageError) {
    let extent = [stack.shape.rows, stack.shape.columns]
    try write(
      stack.values,
      shape: [stack.count] + extent,
      at: path,
      unit: "1",
      layout: DatasetLayout(chunk: [1] + extent, deflate: 4)
    )
    try setAttribute("long_name", of: path, to: name)
  }

  func writeTilts(_ tilts: [TiltAngle], in group: String) throws(StorageError) {
    try write(list: tilts.map(\.degrees), at: "\(group)/rotation_angle", unit: "degree")
  }

  /// The places of pixels or voxels along one axis, nm, zero at (N − 1)/2.
  func writeAxis(
    _ name: String,
    _ count: Int,
    _ pixel: Length,
    in group: String
  ) throws(StorageError) {
    let places = (0..<count).map { (Double($0) - Double(count - 1) / 2) * pixel.nanometers }
    try write(list: places, at: "\(group)/\(name)", unit: "nm")
  }

  private func writeEnergy(
    _ index: Int,
    of record: TomogramRecord,
    in group: String
  ) throws(StorageError) {
    guard index < record.energies.count else { return }
    let energy = record.energies[index].electronVolts
    try write(value: energy, at: "\(group)/energy", unit: "eV")
  }
}

extension Volume {
  /// The extents as a dataset has them, [x, z, y].
  fileprivate var extents: [Int] { [sizeX, sizeZ, sizeY] }

  /// One slab of x to a chunk, compressed.
  fileprivate var layout: DatasetLayout { DatasetLayout(chunk: [1, sizeZ, sizeY], deflate: 4) }
}
