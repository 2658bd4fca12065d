// SPDX-License-Identifier: BSD-3-Clause

import Reporting

extension ResultsReport {
  /// One section: its name, its heading, and what makes it.
  struct Maker {
    let id: String
    let title: String
    let make: @Sendable (ReportContents) -> [ReportSection.Block]
  }

  /// The sections in the order of the paper.
  static let makers: [Maker] = [
    Maker(id: "numbers", title: "Key numbers", make: KeyNumbersSection.blocks),
    Maker(id: "slices", title: "Optical density", make: SlicesSection.blocks),
    Maker(id: "edges", title: "Edges", make: EdgesSection.blocks),
    Maker(id: "resolution", title: "Resolution", make: ResolutionSection.blocks),
    Maker(id: "chemistry", title: "Chemistry", make: ChemistrySection.blocks),
    Maker(id: "maps", title: "Chemical maps", make: MapsSection.blocks),
    Maker(id: "surfaces", title: "In three dimensions", make: SurfacesSection.blocks),
    Maker(id: "particles", title: "Particles", make: ParticlesSection.blocks),
    Maker(id: "spectra", title: "Spectra in two dimensions", make: SpectraSection.blocks),
    Maker(id: "projections", title: "Projections", make: ProjectionsSection.blocks),
    Maker(id: "alignment", title: "Alignment", make: AlignmentSection.blocks),
    Maker(id: "scans", title: "Scans", make: ScansSection.blocks),
    Maker(id: "events", title: "Events", make: EventsSection.blocks),
  ]
}

extension [ReportSection.Block] {
  /// What a section says that needs a tomogram where there is none.
  static let withoutTomogram: [ReportSection.Block] = [
    .missing(
      "There is no tomogram.h5 in this folder: the run was ended before a tomogram was complete. "
        + "tiltfold replay makes one from the recording."
    )
  ]
  /// What a section says that needs two energies where there is one.
  static let withoutChemistry: [ReportSection.Block] = [
    .missing(
      "There is no chemistry in this tomogram: it needs every tilt at two photon energies on "
        + "either side of the edge, such as 708.2 and 710.2 eV."
    )
  ]
}
