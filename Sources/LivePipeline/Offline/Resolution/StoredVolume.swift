// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging

/// A volume read from a file, for measurements on it.
struct StoredVolume {
  var volume: Volume
  /// Nil where the file says none.
  var voxelSize: Length?
  /// What it is, in words.
  var name: String
  /// What its values are: "OD per voxel"; an MRC file says nothing of it.
  var quantity: String

  /// Reads a volume.
  ///
  /// - Parameters:
  ///   - path: A tomogram or an MRC volume.
  ///   - energy: Which of a tomogram's energies, electron volts or its place from 0.
  /// - Throws: `PipelineError` where there is none.
  init(_ path: String, energy: Double?) throws(PipelineError) {
    switch try FileKind(of: path) {
    case .mrc:
      guard energy == nil else {
        throw PipelineError(.data, "\(path) is one volume (MRC): leave --energy out")
      }
      let summary = try PipelineError.reading(path) { () throws(StorageError) in
        try readMRCSummary(path)
      }
      volume = try PipelineError.reading(path) { () throws(StorageError) in
        try readMRC(path, summary)
      }
      voxelSize = summary.voxelSize
      name = path
      quantity = "as in the file"
    case .tomogram:
      let record = try PipelineError.reading(path) { () throws(StorageError) in
        try readTomogram(path)
      }
      let place = EnergyChoice.place(energy ?? 0, in: record.energies) ?? -1
      guard record.volumes.indices.contains(place) else {
        let there = EnergyChoice.inWords(record.energies)
        throw PipelineError(
          .data,
          record.volumes.isEmpty
            ? "\(path) holds no volume"
            : "\(path) has no volume of energy \(Words.number(energy ?? 0)); there is \(there)"
        )
      }
      volume = record.volumes[place]
      voxelSize = record.voxelSize
      quantity = "\(record.unitName) per voxel"
      name = "\(path), \(record.energies[place].electronVolts) eV"
    case let other:
      throw PipelineError(
        .data,
        "\(path) is \(other.inWords); a volume is wanted: a tomogram (.h5) or an MRC file"
      )
    }
  }

  /// The extents in words, x, y and z.
  var extents: String { "\(volume.sizeX) x \(volume.sizeY) x \(volume.sizeZ) voxels (x, y, z)" }
}
