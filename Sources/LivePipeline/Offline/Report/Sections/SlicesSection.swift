// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import Reporting

/// Slices of the volumes: figures 1a, 1c, S6b, S7 of the paper.
enum SlicesSection {
  @Sendable static func blocks(_ contents: ReportContents) -> [ReportSection.Block] {
    guard let record = contents.record, !record.volumes.isEmpty else { return .withoutTomogram }
    var panels: [PictureSheet.Panel] = []
    let range = ValueRange.given(0...top(of: record))
    for place in record.volumes.indices {
      for slice in middle(of: record.volumes[place]) {
        var picture = ImagePicture(
          slice.image,
          title: "\(record.energyName(place)), \(slice.title)",
          pixelSize: record.voxelSize,
          quantity: "\(record.unitName) per voxel",
          colorMap: .gray,
          range: range
        )
        picture.axes = slice.axes
        panels.append(.image(picture))
      }
    }
    let size = Words.number(record.voxelSize.nanometers)
    return [
      .figure(
        ReportFigure(
          "slices",
          paper: "paper: figures 1a, 1c, S6b, S7",
          caption:
            "The middle slices of the volume at each photon energy: along the beam (x, y), across "
            + "the rotation axis (x, z), from the side (z, y). Voxels of \(size) nm; all on one scale, "
            + "\(record.unitName) of one voxel's length.",
          alternative: "Gray-scale slices through the reconstructed volume with a scale bar.",
          content: .sheet(PictureSheet(title: "\(record.name): slices", panels: panels))
        )
      )
    ]
  }

  /// One slice with what lies along its sides.
  struct Slice {
    let image: Image
    let title: String
    let axes: PictureAxes
  }

  /// The three middle slices of a volume.
  static func middle(of volume: Volume) -> [Slice] {
    [
      Slice(
        image: volume.slice(z: volume.sizeZ / 2),
        title: "along the beam",
        axes: PictureAxes(horizontal: "x", vertical: "y")
      ),
      Slice(
        image: volume.slice(y: volume.sizeY / 2),
        title: "across the axis",
        axes: PictureAxes(horizontal: "x", vertical: "z")
      ),
      Slice(
        image: volume.slice(x: volume.sizeX / 2),
        title: "from the side",
        axes: PictureAxes(horizontal: "z", vertical: "y")
      ),
    ]
  }

  /// What the brightest gray stands for: all but the strongest thousandth of the slices' pixels.
  private static func top(of record: TomogramRecord) -> Double {
    let values = record.volumes.flatMap { volume in middle(of: volume).flatMap(\.image.values) }
      .filter { $0.isFinite && $0 > 0 }.sorted()
    guard !values.isEmpty else { return 1 }
    return Double(values[min(values.count - 1, values.count * 999 / 1000)])
  }
}
