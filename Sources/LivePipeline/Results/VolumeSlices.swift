// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import Reporting

/// The middle slices of volumes, as pictures show them.
enum VolumeSlices {
  /// The three middle slices of a volume, each with its place in words.
  static func middle(of volume: Volume) -> [(image: Image, place: String)] {
    [
      (volume.slice(z: volume.sizeZ / 2), "along the beam (x, y)"),
      (volume.slice(y: volume.sizeY / 2), "across the axis (x, z)"),
      (volume.slice(x: volume.sizeX / 2), "from the side (z, y)"),
    ]
  }

  /// The slices of a tomogram's volumes, a row for each energy, on one gray scale.
  static func sheet(of record: TomogramRecord) -> PictureSheet {
    let highest = record.volumes.flatMap { $0.values }.max() ?? 1
    let range = ValueRange.given(0...Double(max(highest, 1e-6)))
    var panels: [PictureSheet.Panel] = []
    // What is no optical density of photons has no energy.
    for (volume, energy) in zip(record.volumes, record.energies) {
      let prefix = energy.electronVolts > 0 ? "\(energy.electronVolts) eV, " : ""
      for (slice, place) in middle(of: volume) {
        panels.append(
          .image(
            ImagePicture(
              slice,
              title: "\(prefix)\(place)",
              pixelSize: record.voxelSize,
              quantity: "\(record.unitName) per voxel",
              colorMap: .gray,
              range: range
            )
          )
        )
      }
    }
    return PictureSheet(
      title: "\(record.name): slices of the volumes, \(record.accepted.count { $0 }) tilts",
      panels: panels
    )
  }
}

extension TomogramRecord {
  /// What a voxel or a line integral is given in, as pictures and labels have it: "OD", "signal".
  var unitName: String { quantity == "optical density" ? "OD" : quantity }
}
