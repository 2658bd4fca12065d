// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import Reporting

/// Aligned projections at some tilts: figure S5a of the paper.
enum ProjectionsSection {
  @Sendable static func blocks(_ contents: ReportContents) -> [ReportSection.Block] {
    guard let record = contents.record, let stack = record.projections.first, stack.count > 0 else {
      return contents.record == nil
        ? .withoutTomogram : [.missing("The tomogram's file holds no projections.")]
    }
    let shown = tilts(record)
    guard !shown.isEmpty else { return [.missing("No tilt takes part in the volumes.")] }
    var panels: [PictureSheet.Panel] = []
    let energies = record.projections.indices.prefix(2)
    let images = energies.map { energy in
      shown.map { picture(record, energy: energy, tilt: $0) }
    }
    let values = images.joined().flatMap(\.values).filter { $0.isFinite && $0 > 0 }.sorted()
    let top = values.isEmpty ? 1 : Double(values[values.count * 998 / 1000])
    for (place, lit) in zip(energies, images) {
      for (tilt, image) in zip(shown, lit) {
        var picture = ImagePicture(
          image,
          title: "\(record.energyName(place)), \(ReportWords.signed(record.tilts[tilt].degrees))°",
          pixelSize: record.voxelSize,
          quantity: record.quantity,
          unit: record.unitName == "OD" ? "OD" : "",
          colorMap: .gray,
          range: .given(0...max(top, 1e-6))
        )
        picture.axes = PictureAxes(horizontal: "x'", vertical: "y")
        panels.append(.image(picture))
      }
    }
    return [
      .figure(
        ReportFigure(
          "projections",
          paper: "paper: figure S5a",
          caption: "Projections as they lie on the volume's axes, at \(shown.count) of "
            + "\(record.accepted.count { $0 }) tilts; pixels of "
            + "\(ReportWords.number(record.voxelSize.nanometers)) nm.",
          alternative: "Gray-scale projections of the sample from several sides.",
          content: .sheet(
            PictureSheet(
              title: "\(record.name): projections",
              panels: panels,
              columns: shown.count
            )
          )
        )
      )
    ]
  }

  /// Up to five tilts that take part, evenly over their range, one of them nearest to 0°.
  private static func tilts(_ record: TomogramRecord) -> [Int] {
    let taking = record.takingTilts.sorted { record.tilts[$0] < record.tilts[$1] }
    guard let first = taking.first, let last = taking.last else { return [] }
    let (low, high) = (record.tilts[first].degrees, record.tilts[last].degrees)
    let wanted =
      low < 0 && high > 0
      ? [low, low / 2, 0, high / 2, high]
      : (0..<5).map { low + (high - low) * Double($0) / 4 }
    var shown: [Int] = []
    for angle in wanted {
      let nearest = taking.min {
        abs(record.tilts[$0].degrees - angle) < abs(record.tilts[$1].degrees - angle)
      }
      if let nearest, !shown.contains(nearest) { shown.append(nearest) }
    }
    return shown
  }

  /// A projection, NaN where nothing was measured.
  private static func picture(_ record: TomogramRecord, energy: Int, tilt: Int) -> Image {
    var image = record.projections[energy][tilt]
    guard energy < record.coverage.count else { return image }
    let coverage = record.coverage[energy][tilt]
    for i in image.values.indices where coverage.values[i] <= 0 { image.values[i] = .nan }
    return image
  }
}
