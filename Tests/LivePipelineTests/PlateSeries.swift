// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import Registration
import TestSupport

/// A noise-free series of plates in files of every kind that is read.
struct PlateSeries {
  static let side = 56
  static let pixel = Length(nanometers: 6.7)

  let phantom: PlatePhantom
  let tilts: [TiltAngle]
  /// Where the object lies in each tilt's images, pixels.
  let displacements: [PixelShift]
  /// The optical densities, [tilt, row, column].
  let images: ImageStack

  /// Plates seen from uneven angles between −78 and 76 degrees, displaced by up to `jitter` pixels.
  init(tilts count: Int = 26, jitter: Double = 0, energy: Int = 0) {
    var random = SeededGenerator(seed: 11)
    let phantom = PlatePhantom(count: 22, radius: 22, seed: 3)
    let shape = Shape2D(square: Self.side)
    let tilts = (0..<count).map { tilt in
      TiltAngle(
        degrees: -78 + 154 * (Double(tilt) + 0.4 * (random.uniform() - 0.5)) / Double(count - 1)
      )
    }
    displacements = tilts.map { _ in
      PixelShift(
        rows: jitter * (2 * random.uniform() - 1),
        columns: jitter * (2 * random.uniform() - 1)
      )
    }
    var images = ImageStack(count: count, shape: shape)
    for tilt in tilts.indices {
      images[tilt] = phantom.projection(
        tilt: tilts[tilt],
        energy: energy,
        shape: shape,
        displacedBy: displacements[tilt]
      )
    }
    self.phantom = phantom
    self.tilts = tilts
    self.images = images
  }

  /// The truth, OD per voxel, [x, z, y], with the plates moved.
  func truth(movedBy move: SIMD3<Double> = .zero) -> Volume {
    var moved = phantom
    for i in moved.plates.indices { moved.plates[i].center += move }
    let (iron, lithiated) = moved.volumes(side: Self.side)
    var density = iron
    for i in density.values.indices {
      let (lfp, all) = (lithiated.values[i], iron.values[i])
      density.values[i] =
        Float(PlatePhantom.absorption[0][0]) * lfp
        + Float(PlatePhantom.absorption[0][1]) * (all - lfp)
    }
    return density
  }

  // MARK: - Files

  /// A tomogram of ours without volumes.
  func writeTomogramFile(_ path: String) throws {
    let record = TomogramRecord(
      name: "plates",
      voxelSize: Self.pixel,
      tilts: tilts,
      energies: [PhotonEnergy(electronVolts: 708.2)],
      projections: [images],
      coverage: [ImageStack(count: images.count, shape: images.shape, filledWith: 1)],
      shifts: tilts.map { _ in PixelShift(rows: 1, columns: 2) },
      accepted: tilts.map { _ in true }
    )
    try writeTomogram(record, to: path)
  }

  func writeDataExchange(_ path: String) throws {
    let file = try StorageFile(creating: path)
    let shape = [images.count, images.shape.rows, images.shape.columns]
    try file.write(images.values, shape: shape, at: "/exchange/data")
    try file.write(tilts.map(\.degrees), shape: [tilts.count], at: "/exchange/theta")
    try file.close()
  }

  /// Intensities with flats of 20 000 to 30 000 counts and darks of 500.
  func writeIntensities(_ path: String) throws {
    let file = try StorageFile(creating: path)
    let (rows, columns) = (images.shape.rows, images.shape.columns)
    let flat = (0..<rows * columns).map { 20_000 + Float($0 % columns) * 200 }
    let counts = images.values.indices.map { i in
      500 + flat[i % flat.count] * Float(exponential(-Double(images.values[i])))
    }
    try file.write(counts, shape: [images.count, rows, columns], at: "/exchange/data")
    try file.write(tilts.map(\.degrees), shape: [tilts.count], at: "/exchange/theta")
    try file.write(flat.map { $0 + 500 }, shape: [1, rows, columns], at: "/exchange/data_white")
    let dark = [Float](repeating: 500, count: rows * columns)
    try file.write(dark, shape: [1, rows, columns], at: "/exchange/data_dark")
    try file.close()
  }

  func writeNeXus(_ path: String) throws {
    let file = try StorageFile(creating: path)
    let group = "/entry/projections"
    try file.makeGroup(group, nexusClass: "NXdata")
    try file.setAttribute("signal", of: group, to: "data")
    let shape = [images.count, images.shape.rows, images.shape.columns]
    try file.write(images.values, shape: shape, at: "\(group)/data")
    let angles = "\(group)/rotation_angle"
    try file.write(tilts.map(\.degrees), shape: [tilts.count], at: angles, unit: "degree")
    let places = (0..<Self.side).map { Double($0) * Self.pixel.micrometers }
    try file.write(places, shape: [Self.side], at: "\(group)/x", unit: "um")
    try file.close()
  }

  /// 32-bit floats with the angles beside them.
  func writeMRCFile(_ path: String) throws {
    try writeMRC(Self.volume(images), voxelSize: Self.pixel, to: path)
    try writeAngles(beside: path, "rawtlt")
  }

  /// Signed counts, 32768 less than were counted, with the axis across the images.
  func writeSignal(_ path: String) throws {
    var turned = images
    let side = Self.side
    for tilt in 0..<images.count {
      for row in 0..<side {
        for column in 0..<side {
          turned.values[(tilt * side + row) * side + column] =
            images.values[(tilt * side + column) * side + side - 1 - row]
        }
      }
    }
    try writeMRC(Self.volume(turned), voxelSize: Self.pixel, to: path)
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)).prefix(1024))
    bytes[12] = 1
    for value in turned.values {
      let count = UInt16(bitPattern: Int16((900 + 12_000 * value).rounded() - 32_768))
      bytes += [UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8)]
    }
    try Data(bytes).write(to: URL(filePath: path))
    try writeAngles(beside: path, "tlt")
  }

  func writeAngles(beside path: String, _ ending: String) throws {
    let text = tilts.map { "  \($0.degrees)" }.joined(separator: "\n") + "\n"
    let stem = URL(filePath: path).deletingPathExtension().path(percentEncoded: false)
    try text.write(toFile: "\(stem).\(ending)", atomically: true, encoding: .utf8)
  }

  /// Images as the sections of a volume.
  static func volume(_ stack: ImageStack) -> Volume {
    var volume = Volume(sizeX: stack.shape.columns, sizeZ: stack.count, sizeY: stack.shape.rows)
    for section in 0..<stack.count {
      let image = stack[section]
      for row in 0..<stack.shape.rows {
        for column in 0..<stack.shape.columns {
          volume[x: column, z: section, y: row] = image[row, column]
        }
      }
    }
    return volume
  }
}
