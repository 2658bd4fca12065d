// SPDX-License-Identifier: BSD-3-Clause

import Reporting

/// What the run had to say.
enum EventsSection {
  @Sendable static func blocks(_ contents: ReportContents) -> [ReportSection.Block] {
    var blocks = contents.remarks.map { ReportSection.Block.warning($0) }
    if !contents.otherTomograms.isEmpty {
      blocks.append(
        .text(
          "This report is about the first tomogram of the run. The others: "
            + "\(Words.list(contents.otherTomograms)); tiltfold report takes the file of one as well."
        )
      )
    }
    guard let summary = contents.summary else {
      return blocks + [
        .missing("There is no summary.json in this folder: the events of the run are not known.")
      ]
    }
    guard !summary.events.isEmpty else {
      return blocks + [.text("The run ended without a warning and without an error.")]
    }
    let errors = summary.errors == 0 ? "no errors" : Words.count(summary.errors, "error")
    return blocks + [
      .text("\(Words.count(summary.events.count, "warning or error")), of these \(errors)."),
      .table(
        ReportTable(
          caption: "Warnings and errors, in order",
          columns: [.init("", isNumeric: true), .init("event", isNumeric: false)],
          rows: summary.events.enumerated().map { ["\($0.offset + 1)", $0.element] },
          isLong: summary.events.count > 20
        )
      ),
    ]
  }
}
