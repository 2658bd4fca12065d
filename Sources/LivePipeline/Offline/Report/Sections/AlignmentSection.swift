// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import Registration
import Reporting

/// How the tilts were laid on one another, and what that says of the stage.
enum AlignmentSection {
  @Sendable static func blocks(_ contents: ReportContents) -> [ReportSection.Block] {
    guard let record = contents.record else { return .withoutTomogram }
    let taking = record.takingTilts
    guard taking.count > 2 else {
      return [.missing("Fewer than three tilts take part: there is nothing to compare.")]
    }
    let motion = record.stageMotion
    var panels: [PictureSheet.Panel] = [
      .plot(shifts(record)), .plot(jitter(motion)), .plot(residuals(record)),
    ]
    if record.confidence.count == record.tilts.count { panels.append(.plot(confidence(record))) }
    if record.sweepResiduals.contains(where: { $0.count > 1 }) {
      panels.append(.plot(convergence(record)))
    }
    return [
      .figure(
        ReportFigure(
          "alignment",
          caption:
            "Shift applied to each tilt; what of it neither the sample's place, even drift nor a "
            + "wobble that repeats with the tilt explains; difference of each projection and its "
            + "re-projection; correlation with what the tilt was laid on; what the rays met in each "
            + "sweep of the last reconstruction.",
          alternative: "Curves over the tilt angle.",
          content: .sheet(
            PictureSheet(title: "\(record.name): alignment", panels: panels, columns: 2)
          )
        )
      ),
      .table(table(record, motion)),
    ]
  }

  private static func table(_ record: TomogramRecord, _ motion: StageMotion) -> ReportTable {
    let voxel = record.voxelSize.nanometers
    func row(_ name: String, _ pixels: Double, _ error: Double? = nil) -> [String] {
      guard error?.isFinite ?? true else {
        return [name, "not told by the order of the tilts", "", ""]
      }
      return [
        name, ReportWords.number(pixels, 2), error.map { ReportWords.number($0, 2) } ?? "",
        ReportWords.number(pixels * voxel),
      ]
    }
    var rows = [
      row(
        "drift along the axis (rows), first to last tilt",
        motion.drift.rows,
        motion.driftError.rows
      ),
      row(
        "drift across the axis (columns), first to last tilt",
        motion.drift.columns,
        motion.driftError.columns
      ),
      row("jitter along the axis, RMS", motion.jitter.rows),
      row("jitter across the axis, RMS", motion.jitter.columns),
    ]
    if let axis = record.axis {
      rows.append(
        row("axis to the right of the middle", axis.offset, motion.axisOffsetError)
      )
      rows.append([
        "angle of the axis in the images", "\(ReportWords.number(axis.tilt, 2))°", "", "",
      ])
    }
    let out = record.tilts.indices.filter { !record.accepted[$0] }
    if !out.isEmpty {
      let names = out.map { "\(ReportWords.number(record.tilts[$0].degrees))°" }
      rows.append(["tilts held back", Words.list(names), "", ""])
    }
    return ReportTable(
      caption: "The stage",
      columns: [
        .init("what", isNumeric: false), .init("pixel"), .init("± (pixel)"), .init("nm"),
      ],
      rows: rows
    )
  }

  // MARK: - Plots

  private static func byAngle(_ record: TomogramRecord) -> [Int] {
    record.takingTilts.sorted { record.tilts[$0] < record.tilts[$1] }
  }

  private static let tiltAxis = LinePlot.Axis("tilt", unit: "degree")

  private static func shifts(_ record: TomogramRecord) -> LinePlot {
    let order = byAngle(record)
    let angles = order.map { record.tilts[$0].degrees }
    return LinePlot(
      title: "shift applied to each tilt",
      horizontal: tiltAxis,
      vertical: LinePlot.Axis("shift", unit: "pixel"),
      curves: [
        LinePlot.Curve(
          label: "columns, across the axis",
          x: angles,
          y: order.map { record.shifts[$0].columns },
          style: .dots
        ),
        LinePlot.Curve(
          label: "rows, along the axis",
          x: angles,
          y: order.map { record.shifts[$0].rows },
          style: .dots
        ),
      ]
    )
  }

  private static func jitter(_ motion: StageMotion) -> LinePlot {
    let entries = motion.entries.sorted { $0.tilt < $1.tilt }
    let angles = entries.map(\.tilt.degrees)
    return LinePlot(
      title: "jitter: what no even motion explains",
      horizontal: tiltAxis,
      vertical: LinePlot.Axis("jitter", unit: "pixel"),
      curves: [
        LinePlot.Curve(
          label: "columns, across the axis",
          x: angles,
          y: entries.map(\.jitter.columns),
          style: .dots
        ),
        LinePlot.Curve(
          label: "rows, along the axis",
          x: angles,
          y: entries.map(\.jitter.rows),
          style: .dots
        ),
      ]
    )
  }

  private static func residuals(_ record: TomogramRecord) -> LinePlot {
    let order = byAngle(record)
    let highest =
      record.residuals.flatMap { list in order.map { list[$0] } }
      .filter(\.isFinite).max() ?? 1
    return LinePlot(
      title: "projection minus re-projection",
      horizontal: tiltAxis,
      vertical: LinePlot.Axis("RMS difference", unit: record.unitName, range: 0...highest * 1.08),
      curves: record.residuals.enumerated().map { energy, residuals in
        LinePlot.Curve(
          label: record.energyName(energy),
          x: order.map { record.tilts[$0].degrees },
          y: order.map { residuals[$0] },
          style: .dots
        )
      }
    )
  }

  private static func confidence(_ record: TomogramRecord) -> LinePlot {
    let order = byAngle(record)
    return LinePlot(
      title: "correlation with what the tilt was laid on",
      horizontal: tiltAxis,
      vertical: LinePlot.Axis("correlation coefficient"),
      curves: [
        LinePlot.Curve(
          x: order.map { record.tilts[$0].degrees },
          y: order.map { record.confidence[$0] },
          style: .dots
        )
      ]
    )
  }

  private static func convergence(_ record: TomogramRecord) -> LinePlot {
    LinePlot(
      title: "what the rays meet, sweep by sweep",
      horizontal: LinePlot.Axis("sweep"),
      vertical: LinePlot.Axis("RMS residual", unit: record.unitName),
      curves: record.sweepResiduals.enumerated().map { energy, residuals in
        LinePlot.Curve(
          label: record.energyName(energy),
          x: residuals.indices.map { Double($0 + 1) },
          y: residuals,
          style: .dots
        )
      }
    )
  }
}
