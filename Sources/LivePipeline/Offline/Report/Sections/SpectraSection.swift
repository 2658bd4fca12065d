// SPDX-License-Identifier: BSD-3-Clause

import ChemicalMapping
import HDF5Storage
import Imaging
import Reporting

/// Maps from many photon energies at one tilt: figures S9 to S11 of the paper.
enum SpectraSection {
  @Sendable static func blocks(_ contents: ReportContents) -> [ReportSection.Block] {
    guard let spectra = contents.spectra else {
      return [
        .missing(
          "There is no spectra.h5 in this folder. tiltfold spectra makes maps of whole spectra from a "
            + "stack of photon energies at one tilt; put its file into this folder, or let it write here."
        )
      ]
    }
    let figures = SpectraFigures(spectra)
    var blocks: [ReportSection.Block] = []
    func add(_ name: String, _ paper: String, _ caption: String, _ sheet: PictureSheet) {
      guard !sheet.panels.isEmpty else { return }
      blocks.append(
        .figure(
          ReportFigure(
            name,
            paper: paper,
            caption: caption,
            alternative: "Maps and curves of X-ray absorption spectra.",
            content: .sheet(sheet)
          )
        )
      )
    }
    add(
      "spectra-maps",
      "paper: figures S9a, S9b",
      "Maps from whole spectra: the phases (red LFP, blue FP, as bright as there is iron), the R factor "
        + "Σ (data − fit)² / Σ data² of each pixel's fit, the composition where the fit is good, and its "
        + "standard error.",
      figures.maps
    )
    add(
      "spectra-pixels",
      "paper: figure S9c",
      "Spectra of all pixels with iron and of single pixels or regions, with their fits by the reference "
        + "spectra; the residue is measured minus fit.",
      figures.spectra
    )
    add(
      "spectra-ways",
      "paper: figures S10, S11a to S11c",
      "The composition by whole spectra, by two energies, and by two energies of the projected volume, "
        + "and the segmentation of each at X = \(ReportWords.number(SpectraFigures.threshold, 0)) %.",
      figures.ways
    )
    add(
      "spectra-mismatch",
      "paper: figure S11d",
      "Pixels whose phase differs from that by whole spectra, over the segmentation threshold X.",
      figures.mismatch
    )
    blocks.append(.table(table(spectra)))
    return blocks
  }

  /// All numbers of the file, with their units.
  private static func table(_ spectra: SpectraRecord) -> ReportTable {
    let paper = [
      "well_fitted_percent": "94.64", "mismatch_2d_2e_percent": "", "mismatch_3d_2e_percent": "7.4",
      "state_of_charge": "0.168",
    ]
    return ReportTable(
      caption: "Numbers of the whole; \(spectra.energies.count) photon energies",
      columns: [
        .init("quantity", isNumeric: false), .init("value"), .init("unit", isNumeric: false),
        .init("Yu et al. 2018"),
      ],
      rows: spectra.figures.map { figure in
        [
          figure.name.replacing("_", with: " "), Words.short(figure.value),
          figure.unit == "1" ? "" : figure.unit, paper[figure.name] ?? "",
        ]
      }
    )
  }
}
