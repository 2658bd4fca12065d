// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Reporting

/// How well each scan was reconstructed.
enum ScansSection {
  @Sendable static func blocks(_ contents: ReportContents) -> [ReportSection.Block] {
    guard let summary = contents.summary, !summary.scans.isEmpty else {
      return [
        .missing(
          "There is no list of scans: summary.json, which tiltfold live and tiltfold replay write at "
            + "the end of a run, is not in this folder."
        )
      ]
    }
    let scans = summary.scans
    var blocks: [ReportSection.Block] = []
    if scans.contains(where: { $0.rotationAngle != nil && $0.dataError != nil }) {
      var panels = [
        plot(
          scans,
          "error of the diffraction patterns",
          LinePlot.Axis("data error", unit: "part of the amplitude")
        ) { $0.dataError },
        plot(
          scans,
          "error of the overlap",
          LinePlot.Axis("overlap error", unit: "part of the wave")
        ) {
          $0.overlapError
        },
        plot(scans, "iterations", LinePlot.Axis("iterations", unit: "number")) {
          Double($0.iterations)
        },
      ]
      if scans.contains(where: { $0.halfPeriod != nil }) {
        panels.append(
          plot(
            scans,
            "ring correlation of each scan",
            LinePlot.Axis("half period, 1/2 bit", unit: "nm")
          ) {
            $0.halfPeriod.map { $0 * 1e9 }
          }
        )
      }
      blocks.append(
        .figure(
          ReportFigure(
            "scans",
            caption:
              "Each scan's errors, √(Σ(|F(P O)| − √I)² / Σ I) and √(Σ|D − P O|² / Σ|D|²), and its "
              + "iterations, over the tilt.",
            alternative: "Curves over the tilt angle, one for each photon energy.",
            content: .sheet(
              PictureSheet(
                title: "\(contents.name): scans",
                panels: panels.map(PictureSheet.Panel.plot),
                columns: 2
              )
            )
          )
        )
      )
    }
    blocks.append(.table(table(scans)))
    blocks.append(.table(counters(summary)))
    return blocks
  }

  private static func plot(
    _ scans: [RunSummary.Scan],
    _ title: String,
    _ axis: LinePlot.Axis,
    _ value: (RunSummary.Scan) -> Double?
  ) -> LinePlot {
    let energies = Set(scans.map(\.energy)).sorted()
    let shown = scans.filter { $0.rotationAngle != nil }
      .sorted { ($0.rotationAngle ?? 0) < ($1.rotationAngle ?? 0) }
    var axis = axis
    let highest = shown.compactMap(value).filter(\.isFinite).max() ?? 1
    axis.range = 0...max(highest * 1.08, 1e-9)
    return LinePlot(
      title: title,
      horizontal: LinePlot.Axis("tilt", unit: "degree"),
      vertical: axis,
      curves: energies.map { energy in
        let own = shown.filter { $0.energy == energy }
        return LinePlot.Curve(
          label: "\(ReportWords.number(energy)) eV",
          x: own.map { $0.rotationAngle ?? .nan },
          y: own.map { value($0) ?? .nan },
          style: .dots
        )
      }
    )
  }

  private static func table(_ scans: [RunSummary.Scan]) -> ReportTable {
    ReportTable(
      caption: "All scans",
      columns: [
        .init("scan", isNumeric: false), .init("tilt (degree)"), .init("energy (eV)"),
        .init("frames"), .init("iterations"), .init("ended by", isNumeric: false),
        .init("data error (1)"), .init("overlap error (1)"), .init("FRC half period, 1/2 bit (nm)"),
        .init("time (s)"),
      ],
      rows: scans.map { scan in
        [
          scan.scan, scan.rotationAngle.map { ReportWords.number($0, 2) } ?? "-",
          ReportWords.number(scan.energy, 2), "\(scan.frames)", "\(scan.iterations)",
          scan.end?.rawValue ?? "-", scan.dataError.map { ReportWords.number($0, 4) } ?? "-",
          scan.overlapError.map { ReportWords.number($0, 5) } ?? "-",
          scan.halfPeriod.map { ReportWords.number($0 * 1e9) } ?? "-",
          ReportWords.number(scan.duration),
        ]
      },
      isLong: true
    )
  }

  private static func counters(_ summary: RunSummary) -> ReportTable {
    let counters = summary.counters
    let rows: [(String, Int)] = [
      ("frames received", counters.exposures), ("darks received", counters.darks),
      ("frames used", counters.used), ("frames lost on the way", summary.framesLost),
      ("frames that came twice", counters.duplicates), ("frames unusable", counters.unusable),
      ("frames without a position", counters.withoutPosition),
      ("frames of an unknown scan", counters.withoutScan),
      ("frames of scans that were ended on request", counters.afterEnd),
      ("messages that could not be read", counters.malformed),
      ("messages that could not be recorded", counters.unrecorded),
    ]
    return ReportTable(
      caption: "What came in",
      columns: [.init("what", isNumeric: false), .init("number")],
      rows: rows.map { [$0.0, "\($0.1)"] }
    )
  }
}
