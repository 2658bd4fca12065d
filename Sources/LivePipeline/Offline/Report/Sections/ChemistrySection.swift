// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Foundation
import HDF5Storage
import Imaging
import Reporting

/// Correlation of the two energies and the polar angle: figures 2a, 2b of the paper.
enum ChemistrySection {
  @Sendable static func blocks(_ contents: ReportContents) -> [ReportSection.Block] {
    guard contents.record != nil else { return .withoutTomogram }
    guard let figures = PolarFigures(contents) else { return .withoutChemistry }
    var blocks: [ReportSection.Block] = [
      .figure(
        ReportFigure(
          "polar-angle",
          paper: "paper: figures 2a, 2b",
          caption:
            "Left: how often pairs of optical densities occur in the voxels"
            + (figures.subtractsPreEdge
              ? ", both less the density below the edge (chemistry.subtract_pre_edge)" : "")
            + ". Right: polar angles of "
            + "the voxels that hold iron, atan2 of the second and the first, each voxel weighed by its "
            + "optical density, with the sum of two Gaussians. Lines and tints part LFP-rich, mixed and "
            + "FP-rich voxels at "
            + "\(ReportWords.number(100 - contents.chemistry.segmentationThreshold, 0)) and "
            + "\(ReportWords.number(contents.chemistry.segmentationThreshold, 0)) % LiFePO₄. "
            + "LFP is LiFePO₄, FP is FePO₄.",
          alternative: "A two-dimensional histogram with two arms and a histogram with two peaks.",
          content: .sheet(
            PictureSheet(
              title: "\(contents.name): polar angle",
              panels: [.plot(figures.correlationPlot), .plot(figures.histogramPlot)],
              columns: 2
            )
          )
        )
      )
    ]
    if let peaks = figures.peaks {
      func row(_ name: String, _ peak: PhasePeaks.Peak) -> [String] {
        [
          name, ReportWords.number(peak.angle, 2), ReportWords.number(peak.angleError, 2),
          ReportWords.number(peak.angleWidth, 2), ReportWords.number(100 * peak.composition),
          ReportWords.number(peak.compositionWidth, 1),
        ]
      }
      blocks.append(
        .table(
          ReportTable(
            caption: "The two Gaussians; R = Σ (data − fit)² / Σ data² = "
              + "\(ReportWords.number(peaks.rFactor, 3))",
            columns: [
              .init("phase", isNumeric: false), .init("centre (degree)"), .init("± (degree)"),
              .init("width, one σ (degree)"), .init("LFP at the centre (%)"),
              .init("width, one σ (percentage points)"),
            ],
            rows: [row("LFP-like", peaks.lithiated), row("FP-like", peaks.delithiated)]
          )
        )
      )
    } else {
      blocks.append(
        .missing(
          "The polar histogram has no two peaks: there is one phase only, or too little iron."
        )
      )
    }
    return blocks
  }
}
