// SPDX-License-Identifier: BSD-3-Clause

import Reporting

/// Maps from many photon energies at one tilt: figures S9 to S11 of the paper.
enum SpectraSection {
  @Sendable static func blocks(_ contents: ReportContents) -> [ReportSection.Block] {
    [.missing("There is no spectra.h5 in this folder.")]
  }
}
