// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import ParticleAnalysis
import Reporting

/// The single particles: figures 3 and 4 of the paper.
enum ParticlesSection {
  @Sendable static func blocks(_ contents: ReportContents) -> [ReportSection.Block] {
    guard let record = contents.record else { return .withoutTomogram }
    guard let particles = contents.particles else {
      return [
        .missing(
          "There are no particles in this tomogram. tiltfold particles finds them; let it write into this "
            + "folder."
        )
      ]
    }
    guard particles.count > 0 else { return [.missing("No particle was found in this tomogram.")] }
    let figures = ParticleFigures(
      particles,
      record: record,
      volumeBin: contents.volumeBin
    )
    var blocks: [ReportSection.Block] = [
      .text(
        "\(Words.count(particles.plates.count, "particle")), and "
          + "\(particles.count - particles.plates.count) bunches that could not be separated. A particle "
          + "is active from "
          + "\(ReportWords.number(particles.activePercent, 0)) % FePO₄ on; errors are one standard "
          + "deviation of a binomial distribution, √(p (1 − p) / n)."
      )
    ]
    func add(
      _ name: String,
      _ paper: String,
      _ caption: String,
      _ alternative: String,
      _ sheet: PictureSheet
    ) {
      guard !sheet.panels.isEmpty else { return }
      blocks.append(
        .figure(
          ReportFigure(
            name,
            paper: paper,
            caption: caption,
            alternative: alternative,
            content: .sheet(sheet)
          )
        )
      )
    }
    add(
      "particles",
      "paper: figure 3a",
      "The middle slices with each particle in a colour of its own; bunches that could not be separated "
        + "are grey.",
      "Slices with particles in different colours.",
      figures.slices
    )
    add(
      "particle-activity",
      "paper: figures 3b, 3c",
      "How many particles have which volume (surface voxels count in part), and how many of these are "
        + "active, in bins of \(contents.volumeBin) voxels; the same by the area of the facet and by the thickness, the full width at half "
        + "maximum of the mean optical density across the facet; facet area against thickness."
        + figures.unknownInWords,
      "Histograms of active and inactive particles with error bars, and a cloud of points.",
      figures.activity
    )
    add(
      "particle-sections",
      "paper: figure 4",
      "Sections through the middle of three particles: across the facets (upper row) and along them "
        + "(lower row); thick ones, whose composition is nearest to those of the paper's three.",
      "Cuts through single particles in red, green and blue.",
      figures.sections
    )
    blocks.append(.table(figures.table))
    return blocks
  }

  static func addNumbers(_ contents: ReportContents, _ numbers: inout KeyNumbers) {
    guard let particles = contents.particles else { return }
    let plates = particles.plates
    let found = particles.activity(of: plates)
    numbers.add(
      "particles, separated",
      "\(plates.count)",
      "particles",
      paper: "83",
      truth: contents.truth.map { "\($0.plateCount)" }
    )
    numbers.add(
      "bunches that could not be separated",
      "\(particles.count - plates.count)",
      "bunches",
      paper: "27"
    )
    guard found.all > 0 else { return }
    numbers.add(
      "active particles, from \(ReportWords.number(particles.activePercent, 0)) % FP on",
      "\(ReportWords.number(100 * found.fraction)) ± "
        + ReportWords.number(100 * found.error),
      "%",
      paper: "30.1 ± 5.0"
    )
  }
}
