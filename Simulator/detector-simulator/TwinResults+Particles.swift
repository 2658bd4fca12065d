// SPDX-License-Identifier: BSD-3-Clause

import DetectorSimulator
import HDF5Storage

extension TwinResults {
  /// How many plates were told apart, and how many of them are active.
  func addParticles(to table: inout PaperTable) {
    let comparison = record.particles.map { particles in plates(of: particles) }
    let found = record.particles.map { $0["is_bunch"] }
    let bunches: Double? = found.map { (flags: [Double]) in flags.reduce(0, +) }
    let count: Double? = found.map { (flags: [Double]) in Double(flags.count) }
    table.add(
      "particles analysed",
      "1",
      paper: "83",
      truth: Double(known.phantom.plates.count),
      found: count.flatMap { count in bunches.map { count - $0 } }
    )
    table.add("bunches that cannot be separated", "1", paper: "27", found: bunches)
    table.add(
      "plates separated, volume within 15 %",
      "%",
      paper: "75",
      found: comparison?.separatedPercent,
      remark: comparison.map {
        "\($0.sharedCount) share a particle, \($0.bunchedCount) listed as a bunch, "
          + "\($0.wrongVolumeCount) of wrong volume, \($0.lostCount) lost"
      } ?? "",
      .atLeast(75),
      small: .atLeast(60)
    )
    let sigma = comparison.map { 100 * $0.activeSigma }
    table.add(
      "active particles, 15 % and more FePO4",
      "%",
      paper: "30.1 +- 5.0",
      truth: comparison.map { 100 * $0.trueActiveFraction },
      found: comparison.map { 100 * $0.foundActiveFraction },
      remark: sigma.map { "+- \(rounded($0))" } ?? ""
    )
    table.add(
      "active part off the truth, binomial sigmas",
      "1",
      found: comparison.map {
        abs($0.foundActiveFraction - $0.trueActiveFraction) / $0.activeSigma
      },
      .atMost(1),
      small: .atMost(1)
    )
    table.add("thickness error, RMS", "nm", found: comparison?.thicknessError)
    table.add("facet area error, RMS", "%", found: comparison?.facetError)
  }

  private func plates(of particles: TomogramParticles) -> ParticleComparison {
    ParticleComparison(
      labels: particles.labels,
      volumes: particles["volume_voxels"],
      facetAreas: particles["facet_area"],
      thicknesses: particles["thickness"],
      delithiated: particles["delithiated"],
      isPlate: particles["is_bunch"].map { $0 == 0 },
      truth: alignment.truth,
      plates: known.phantom.plates,
      activePercent: particles.activePercent
    )
  }
}
