// SPDX-License-Identifier: BSD-3-Clause

import Reporting

/// The single particles: figures 3 and 4 of the paper.
enum ParticlesSection {
  @Sendable static func blocks(_ contents: ReportContents) -> [ReportSection.Block] {
    guard contents.record != nil else { return .withoutTomogram }
    return [.missing("There are no particles in this tomogram.")]
  }

  static func addNumbers(_ contents: ReportContents, _ numbers: inout KeyNumbers) {}
}
