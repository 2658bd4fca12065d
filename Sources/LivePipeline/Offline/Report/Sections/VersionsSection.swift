// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import HDF5Storage
import Reporting

/// The parameters in full, and the versions of what made the results and this page.
enum VersionsSection {
  static func section(_ contents: ReportContents, plotly: PlotlyLibrary) -> ReportSection {
    var section = ReportSection(id: "parameters", title: "Parameters and versions")
    let results = contents.record?.version ?? contents.summary?.version ?? ""
    var rows = [
      ["results made by", results.isEmpty ? "unknown" : "TiltFold \(results)"],
      ["this page made by", "TiltFold \(tiltfoldVersion)"],
      ["plots", "plotly.js \(plotly.version)"], ["pictures", "Cairo \(cairoVersion)"],
    ]
    if let elapsed = contents.summary?.elapsed {
      rows.append(["duration of the run", "\(Words.number(elapsed)) s"])
    }
    if let path = contents.tomogramPath { rows.append(["tomogram", path]) }
    if let recording = contents.summary?.recording { rows.append(["recording", recording]) }
    section.blocks.append(
      .table(
        ReportTable(
          columns: [.init("what", isNumeric: false), .init("value", isNumeric: false)],
          rows: rows
        )
      )
    )
    section.blocks.append(
      contents.configurationText.isEmpty
        ? .missing("The results hold no configuration.")
        : .folded(title: "configuration.yaml, in full", text: contents.configurationText)
    )
    return section
  }
}
