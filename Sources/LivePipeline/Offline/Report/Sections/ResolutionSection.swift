// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Reporting

/// Ring and shell correlation: figures 1b, S5b, S6a of the paper.
enum ResolutionSection {
  @Sendable static func blocks(_ contents: ReportContents) -> [ReportSection.Block] {
    let rings = contents.correlations.rings
    let shells = contents.record?.resolution ?? []
    var blocks: [ReportSection.Block] = []
    var panels: [PictureSheet.Panel] = []
    if let record = contents.record, !shells.isEmpty {
      var plot = ResolutionPlot.plot(
        shells,
        labels: shells.map { record.energyName($0.energyIndex) },
        title: "volume: even against odd tilts"
      )
      plot.markers = []
      panels.append(.plot(plot))
    }
    if !rings.isEmpty { panels.append(.plot(ringPlot(rings))) }
    if !panels.isEmpty {
      blocks.append(
        .figure(
          ReportFigure(
            "resolution",
            paper: "paper: figures 1b, S5b, S6a",
            caption:
              "Fourier shell correlation of volumes from even and odd tilts, reconstructed apart, "
              + "without a mask; Fourier ring correlation of the projection nearest to 0°, of every other "
              + "frame each. Where a curve falls below the 1/2-bit threshold, or below 0.5, detail ends. "
              + "The axis counts full periods; half periods, which papers of the field quote, are "
              + "in the legend. Both halves hold half of the data: the whole resolves more.",
            alternative: "Correlation falling from one towards zero with spatial frequency.",
            content: .sheet(
              PictureSheet(title: "\(contents.name): resolution", panels: panels, columns: 2)
            )
          )
        )
      )
    }
    if contents.correlations.areBeside {
      blocks.append(
        .text(
          "The run did not measure the ring correlation itself: it is that of "
            + "\(Words.list(rings.map(\.file))), by tiltfold reconstruct, which may have gone by other "
            + "parameters than the run."
        )
      )
    }
    if shells.isEmpty {
      blocks.append(
        .missing(
          "There is no shell correlation: it takes 8 tilts. tiltfold resolution tomogram.h5 measures it."
        )
      )
    }
    if rings.isEmpty {
      blocks.append(
        .missing(
          "There is no ring correlation of a projection: results.frc was not per_tilt, or "
            + "the scans were not kept (results.scans). tiltfold reconstruct measures it for one scan; its "
            + "result is found in this folder and in folders in it, where it names this tomogram or a scan "
            + "of the run."
        )
      )
    }
    let rows = rows(shells, rings, contents)
    if !rows.isEmpty {
      blocks.append(
        .table(
          ReportTable(
            caption: "Resolution, half and full period",
            columns: [
              .init("what", isNumeric: false), .init("half period, 1/2 bit (nm)"),
              .init("full period, 1/2 bit (nm)"), .init("half period, 0.5 (nm)"),
              .init("full period, 0.5 (nm)"), .init("Crowther limit, full period (nm)"),
            ],
            rows: rows
          )
        )
      )
    }
    return blocks
  }

  private static func rows(
    _ shells: [TomogramResolution],
    _ rings: [ScanCorrelation],
    _ contents: ReportContents
  ) -> [[String]] {
    func periods(_ length: Length) -> [String] {
      length.meters.isFinite
        ? [ReportWords.number(length.nanometers), ReportWords.number(2 * length.nanometers)]
        : ["nothing agrees", "nothing agrees"]
    }
    let volumes = shells.map { shell in
      ["volume, \(contents.record?.energyName(shell.energyIndex) ?? "")"]
        + periods(shell.halfPeriodAtHalfBit) + periods(shell.halfPeriodAtOneHalf)
        + [shell.crowtherLimit.map { ReportWords.number($0.nanometers) } ?? "-"]
    }
    let scans = rings.map { ring in
      ["projection, \(ring.label)"] + periods(ring.halves.halfPeriodAtHalfBit)
        + periods(ring.halves.halfPeriodAtOneHalf) + ["-"]
    }
    return volumes + scans
  }

  private static func ringPlot(_ rings: [ScanCorrelation]) -> LinePlot {
    var curves = rings.map { ring in
      LinePlot.Curve(
        label: "\(ring.label): \(half(ring.halves.halfPeriodAtHalfBit)) half period (1/2 bit), "
          + "\(half(ring.halves.halfPeriodAtOneHalf)) (0.5)",
        x: ring.frequencies,
        y: ring.halves.correlations
      )
    }
    curves.append(
      LinePlot.Curve(
        label: "1/2 bit",
        x: rings[0].frequencies,
        y: rings[0].halves.halfBitThreshold,
        style: .dashes,
        color: RGBColor(gray: 0.45)
      )
    )
    let low = rings.flatMap(\.halves.correlations).min() ?? 0
    return LinePlot(
      title: "projection: every other frame",
      horizontal: LinePlot.Axis("spatial frequency, one over the full period", unit: "1/nm"),
      vertical: LinePlot.Axis("Fourier ring correlation", range: min(low, 0)...1),
      curves: curves,
      thresholds: [LinePlot.Threshold(label: "0.5", value: 0.5)]
    )
  }

  private static func half(_ length: Length) -> String {
    length.meters.isFinite ? "\(inTenths(length.nanometers)) nm" : "nothing"
  }
}
