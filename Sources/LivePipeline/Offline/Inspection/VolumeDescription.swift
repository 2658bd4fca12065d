// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import Reporting

/// What an MRC file holds.
enum VolumeDescription {
  static func lines(_ path: String) throws(StorageError) -> [String] {
    let summary = try readMRCSummary(path)
    let header = try readMRCTiltHeader(path, summary)
    var lines = [header.angles == nil ? "volume (MRC)" : "tilt series (MRC)"]
    for label in summary.labels where !label.isEmpty { lines.append(Words.line("label", label)) }
    let extents = [summary.columns, summary.rows, summary.sections]
    lines.append(
      Words.line(
        "voxels",
        "\(extents.map(String.init).joined(separator: " x ")) (x = columns, y = rows, z = sections)"
      )
    )
    if let angles = header.angles, let lowest = angles.min(), let highest = angles.max() {
      let size = header.pixelSize.map { ", pixels of \(Words.number($0.nanometers, 3)) nm" } ?? ""
      lines.append(
        Words.line(
          "tilts",
          "\(angles.count) from \(Words.number(lowest)) to \(Words.number(highest)) degrees\(size)"
        )
      )
    } else if let size = summary.voxelSize {
      let sides = extents.map { Words.number(Double($0) * size.micrometers, 3) }
      lines.append(
        Words.line(
          "voxel size",
          "\(Words.number(size.nanometers, 3)) nm, in all \(sides.joined(separator: " x ")) um"
        )
      )
    }
    let types = [0: "int8", 1: "int16", 2: "float32", 6: "uint16"]
    lines.append(Words.line("numbers", types[summary.mode] ?? "mode \(summary.mode)"))
    if let range = summary.range {
      lines.append(
        Words.line(
          "values",
          "\(Words.short(range.lowerBound)) to \(Words.short(range.upperBound)), mean "
            + Words.short(summary.mean)
        )
      )
    }
    return lines
  }

  static func sheet(_ path: String) throws(StorageError) -> PictureSheet? {
    let summary = try readMRCSummary(path)
    guard summary.voxelBytes != nil else { return nil }
    let name = URL(filePath: path).lastPathComponent
    let header = try readMRCTiltHeader(path, summary)
    if let angles = header.angles, angles.count == summary.sections {
      return tilts(of: try readMRCTiltSeries(path), angles, name: name)
    }
    let volume = try readMRC(path, summary)
    return PictureSheet(
      title: summary.labels.first ?? name,
      panels: VolumeSlices.middle(of: volume).map { slice, place in
        .image(
          ImagePicture(slice, title: place, pixelSize: summary.voxelSize, colorMap: .gray)
        )
      }
    )
  }

  /// The first, the middle and the last tilt of a series: its third axis is no length.
  private static func tilts(
    of series: MRCTiltSeries,
    _ angles: [Double],
    name: String
  ) -> PictureSheet {
    let order = angles.indices.sorted { (angles[$0], $0) < (angles[$1], $1) }
    let chosen = [order.first, order[order.count / 2], order.last].compactMap { $0 }
    return PictureSheet(
      title: "\(name): \(angles.count) tilts",
      panels: chosen.map { tilt in
        .image(
          ImagePicture(
            series.images[tilt],
            title: "tilt \(Words.number(angles[tilt])) degrees",
            pixelSize: series.pixelSize,
            colorMap: .gray
          )
        )
      }
    )
  }
}
