// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import Reporting
import ResolutionMetrics

/// Line profiles across edges: figures 1d, S6c, S7c, S7d of the paper.
enum EdgesSection {
  @Sendable static func blocks(_ contents: ReportContents) -> [ReportSection.Block] {
    guard let record = contents.record, !record.volumes.isEmpty else { return .withoutTomogram }
    let unit = record.unitName
    let voxel = record.voxelSize.nanometers
    var panels: [PictureSheet.Panel] = []
    var rows: [[String]] = []
    for place in record.volumes.indices {
      let surveys = EdgeSurvey.axes.map { EdgeSurvey(of: record.volumes[place], along: $0) }
      let shown = surveys.compactMap { survey in survey.typical.map { (survey.axis, $0) } }
      for survey in surveys {
        rows.append([
          record.energyName(place), survey.axis.rawValue, "\(survey.edges.count)",
          survey.median.map { ReportWords.number($0 * voxel) } ?? "-",
          survey.quarter.map { ReportWords.number($0 * voxel) } ?? "-",
        ])
      }
      guard !shown.isEmpty else { continue }
      panels.append(.plot(plot(shown, record.energyName(place), voxel, unit)))
    }
    var blocks: [ReportSection.Block] = []
    if panels.isEmpty {
      blocks.append(
        .missing(
          "No line of the volumes crosses one clear edge with even sides. tiltfold profile measures an "
            + "edge along a line that you choose."
        )
      )
    } else {
      blocks.append(
        .figure(
          ReportFigure(
            "edges",
            paper: "paper: figures 1d, S6c, S7c, S7d",
            caption:
              "Profiles across the edge of median width of those that face along each axis (within 25°), mean of "
              + "3 x 3 voxels, from empty space (left) into a particle (right). Widths are from 10 % to 90 % between "
              + "both levels; the dashed lines are these levels of the first curve. Such a width is "
              + "neither a half nor a full period.",
            alternative: "Curves of optical density rising from zero to a plateau across an edge.",
            content: .sheet(
              PictureSheet(title: "\(record.name): edges", panels: panels, columns: 2)
            )
          )
        )
      )
    }
    blocks.append(
      .table(
        ReportTable(
          caption:
            "Edges found in the volumes that rise from empty space to a plateau, every one of them; "
            + "a blunt edge of the sample itself counts as well",
          columns: [
            .init("energy", isNumeric: false), .init("facing along", isNumeric: false),
            .init("edges"),
            .init("median 10-90 % width (nm)"), .init("a quarter is sharper than (nm)"),
          ],
          rows: rows
        )
      )
    )
    return blocks
  }

  private static func plot(
    _ edges: [(axis: EdgeSurvey.Axis, edge: EdgeSurvey.Edge)],
    _ energy: String,
    _ voxel: Double,
    _ unit: String
  ) -> LinePlot {
    let curves = edges.map { axis, edge in
      LinePlot.Curve(
        label: "along \(axis.rawValue): \(ReportWords.number(edge.width.width * voxel)) nm",
        x: edge.profile.distances.map { ($0 - edge.width.position) * voxel },
        y: edge.profile.values,
        style: .dots
      )
    }
    let (low, high) = (edges[0].edge.width.levelBefore, edges[0].edge.width.levelBehind)
    return LinePlot(
      title: energy,
      horizontal: LinePlot.Axis("distance from the edge", unit: "nm"),
      vertical: LinePlot.Axis(unit == "OD" ? "optical density" : unit, unit: "\(unit) per voxel"),
      curves: curves,
      thresholds: [
        LinePlot.Threshold(label: "10 %", value: low + 0.1 * (high - low)),
        LinePlot.Threshold(label: "90 %", value: low + 0.9 * (high - low)),
      ]
    )
  }
}
