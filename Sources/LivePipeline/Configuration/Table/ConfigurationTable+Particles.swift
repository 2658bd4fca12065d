// SPDX-License-Identifier: BSD-3-Clause

import ParticleAnalysis

// Bounds are those of the stage's `validate()`.
extension ConfigurationTable {
  static let particles: [ConfigurationKey] = {
    let at = SectionKeys(section: "particles", part: \.particles)
    return [
      at.flag(
        "enabled",
        \.isEnabled,
        "whether particles are looked for when a tomogram of two energies is complete"
      ),
      at.number(
        "threshold_od",
        \.parameters.threshold,
        0...1e3,
        absent: "found in the data by Otsu's criterion",
        "mean optical density of both energies above which a voxel is solid"
      ),
      at.integer(
        "minimum_voxels",
        \.parameters.minimumVoxels,
        8...1_000_000,
        "the solid voxels of the smallest particle"
      ),
      at.flag(
        "fill_tunnels",
        \.parameters.fillsTunnels,
        "whether also what is enclosed in a slice only counts as solid"
      ),
      at.number(
        "smoothing_voxels",
        \.parameters.smoothing,
        0...3,
        "standard deviation of the Gaussian before maxima are looked for; more for noisy volumes"
      ),
      at.number(
        "marker_height",
        \.parameters.markerHeight,
        0.001...1,
        "how far a maximum stands above the pass to a higher one to mark a particle, as a part of "
          + "the density inside of particles"
      ),
      at.number(
        "plate_fill",
        \.parameters.plateFill,
        0.1...1,
        "the part of the box of its principal axes that a plate fills at least; what fills less is "
          + "a bunch"
      ),
      at.number(
        "gap_dip",
        \.parameters.gapDip,
        0.005...1,
        "how far the profile across the facets dips where it shows a gap between two plates, as a "
          + "part of the density beside it"
      ),
      at.number(
        "active_percent",
        \.parameters.activePercent,
        0...100,
        "the share of FePO₄ from which a particle counts as active"
      ),
      at.number(
        "strict_active_percent",
        \.parameters.strictActivePercent,
        0...100,
        "a second, stricter share, which is told beside the first"
      ),
      at.integer(
        "volume_bin_voxels",
        \.parameters.volumeBin,
        1...1_000_000,
        "the width of the bins of volume that activity is counted in"
      ),
    ]
  }()
}
