// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import HDF5Storage
import Imaging
import Reporting

/// Slices of the chemical map and of its segmentation: figure 2c of the paper.
enum MapsSection {
  @Sendable static func blocks(_ contents: ReportContents) -> [ReportSection.Block] {
    guard let record = contents.record else { return .withoutTomogram }
    guard let chemistry = record.chemistry else { return .withoutChemistry }
    let threshold = contents.chemistry.segmentationThreshold
    var blocks: [ReportSection.Block] = [
      .figure(
        ReportFigure(
          "chemical-map",
          paper: "paper: figure 2c, left",
          caption:
            "The middle slices of the chemical map: red where there is LiFePO₄ (LFP), blue where "
            + "there is FePO₄ (FP), as bright as there is iron in the voxel.",
          alternative: "Slices coloured from red to blue by composition.",
          content: .sheet(
            PictureSheet(title: "\(record.name): chemical map", panels: map(chemistry, record))
          )
        )
      ),
      .figure(
        ReportFigure(
          "segmentation",
          paper: "paper: figure 2c, right",
          caption:
            "The same slices in three parts: LFP-rich above \(ReportWords.number(100 - threshold, 0)) % "
            + "LiFePO₄ among the iron phosphate, FP-rich above \(ReportWords.number(100 - threshold, 0)) % FePO₄, "
            + "mixed between.",
          alternative: "Slices in red, green and blue for the three phases.",
          content: .sheet(
            PictureSheet(
              title: "\(record.name): segmentation",
              panels: segmentation(chemistry, record)
            )
          )
        )
      ),
      .table(shares(chemistry, record)),
    ]
    if let error = chemistry.compositionError {
      blocks.append(
        .figure(
          ReportFigure(
            "composition-error",
            caption:
              "The standard error of the composition from the noise of the optical densities, "
              + "percentage points; where there is no iron it has no meaning.",
            alternative: "Slices of the composition's error.",
            content: .sheet(
              PictureSheet(title: "\(record.name): error", panels: errors(error, record))
            )
          )
        )
      )
    }
    return blocks
  }

  private static func errors(_ error: Volume, _ record: TomogramRecord) -> [PictureSheet.Panel] {
    let slices = SlicesSection.middle(of: error)
    let known = slices.flatMap(\.image.values).filter(\.isFinite).sorted()
    let top = known.isEmpty ? 100 : 100 * Double(known[known.count * 98 / 100])
    return slices.map { slice in
      var image = slice.image
      for i in image.values.indices { image.values[i] *= 100 }
      var picture = ImagePicture(
        image,
        title: slice.title,
        pixelSize: record.voxelSize,
        quantity: "standard error of the composition",
        unit: "percentage points",
        range: .given(0...max(top, 1))
      )
      picture.axes = slice.axes
      return .image(picture)
    }
  }

  private static func map(
    _ chemistry: TomogramChemistry,
    _ record: TomogramRecord
  ) -> [PictureSheet.Panel] {
    let iron = zip(chemistry.lithiated.values, chemistry.delithiated.values)
      .map { max($0 + $1, 0) }.sorted()
    let full = iron.isEmpty ? 1 : Double(iron[Int(Double(iron.count - 1) * 0.998)])
    return zip(
      SlicesSection.middle(of: chemistry.lithiated),
      SlicesSection.middle(of: chemistry.delithiated)
    ).map { lithiated, delithiated in
      var picture = ChemicalPicture(
        lithiated: lithiated.image,
        delithiated: delithiated.image,
        title: lithiated.title,
        pixelSize: record.voxelSize,
        fullIron: max(full, 1e-3),
        quantity: "iron phosphate",
        unit: "part of the voxel"
      )
      picture.axes = lithiated.axes
      return .chemistry(picture)
    }
  }

  private static func segmentation(
    _ chemistry: TomogramChemistry,
    _ record: TomogramRecord
  ) -> [PictureSheet.Panel] {
    SlicesSection.middle(of: chemistry.phaseLabel).map { slice in
      var picture = ColorPicture(
        shape: slice.image.shape,
        colors: slice.image.values.map(PhaseColors.color),
        title: slice.title,
        pixelSize: record.voxelSize
      )
      picture.axes = slice.axes
      picture.key = PhaseColors.key
      return .color(picture)
    }
  }

  private static func shares(
    _ chemistry: TomogramChemistry,
    _ record: TomogramRecord
  ) -> ReportTable {
    let counts = PhaseCounts(chemistry.phaseLabel)
    let voxel = record.voxelSize.micrometers
    let rows = [
      ("LFP-rich", counts.lithiated), ("mixed", counts.mixed), ("FP-rich", counts.delithiated),
      ("all with iron", counts.iron),
    ].map { name, count in
      [
        name, "\(count)", ReportWords.number(Double(count) * voxel * voxel * voxel * 1e3, 3),
        counts.iron > 0 ? ReportWords.number(100 * Double(count) / Double(counts.iron)) : "-",
      ]
    }
    return ReportTable(
      caption: "The phases in the whole volume",
      columns: [
        .init("phase", isNumeric: false), .init("voxels"), .init("volume (10⁻³ µm³)"),
        .init("part of the iron-bearing volume (%)"),
      ],
      rows: rows
    )
  }
}

/// How many voxels belong to each phase.
struct PhaseCounts {
  private(set) var lithiated = 0
  private(set) var mixed = 0
  private(set) var delithiated = 0

  init(_ labels: Volume) {
    for label in labels.values {
      switch label {
      case 1: lithiated += 1
      case 2: mixed += 1
      case 3: delithiated += 1
      default: break
      }
    }
  }

  /// All that hold iron.
  var iron: Int { lithiated + mixed + delithiated }
}
