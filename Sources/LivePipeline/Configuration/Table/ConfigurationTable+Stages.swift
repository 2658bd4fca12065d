// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Ptychography
import Registration
import Tomography

// The stages' parameters. Defaults are the stages' own, and so are the bounds: a test holds these
// to what each stage's `validate()` accepts.
extension ConfigurationTable {
  static let ptychography: [ConfigurationKey] = {
    let at = SectionKeys(section: "ptychography", part: \.ptychography)
    return [
      at.choice(
        "engine",
        \.engine,
        "the iteration (Docs/Explanations/Ptychography.md); `epie` uses one thread"
      ),
      at.number("beta", \.beta, 0.5...1, "β of RAAR: 1 explores most, 0.5 settles fastest"),
      at.integer(
        "iterations",
        \.iterations,
        1...100_000,
        "iterations over all frames after the last one has come"
      ),
      at.integer(
        "iterations_per_batch",
        \.iterationsPerBatch,
        0...1000,
        "iterations after each batch of new frames"
      ),
      at.number(
        "modulus_relaxation",
        \.modulusRelaxation,
        0...100,
        "how much a measured modulus gives way to that of the waves: 0 not at all, 1 for few photons"
      ),
      at.integer(
        "likelihood_iterations",
        \.likelihoodIterations,
        0...100_000,
        "so many of the last iterations look for the likeliest object near the one found"
      ),
      at.number(
        "likelihood_relaxation",
        \.likelihoodRelaxation,
        0...100,
        "`modulus_relaxation` of those; more follows photon noise less, and needs more iterations"
      ),
      at.integer(
        "pixel_area_period",
        \.pixelAreaPeriod,
        0...1000,
        "iterations from one correction of the counts for the pixels' area to the next; 0 for none"
      ),
      at.integer(
        "minimum_frames",
        \.minimumFrames,
        1...100_000,
        "frames that must be there before the probe is refined; a scan that ends with fewer is not folded"
      ),
      at.integer(
        "probe_update_start",
        \.probeUpdateStart,
        0...100_000,
        "iterations with enough frames before the probe is refined"
      ),
      at.integer(
        "probe_update_period",
        \.probeUpdatePeriod,
        0...1000,
        "iterations from one refinement of the probe to the next; 0 keeps it fixed"
      ),
      at.integer(
        "probe_modes",
        \.probeModes,
        1...16,
        "modes of a partially coherent probe; memory and time grow with their number"
      ),
      at.number(
        "probe_support",
        \.probeSupport,
        0...2,
        "radius of the circle that the probe stays in, as a part of half the frame; 0 for no limit"
      ),
      at.number(
        "probe_fourier_support",
        \.probeFourierSupport,
        0...2,
        "radius of the circle that the probe's far field stays in, as a part of half the pattern; "
          + "0 for no limit"
      ),
      at.flag(
        "remove_raster_period",
        \.removesRasterPeriod,
        "whether what has the period of a regular raster is taken off a finished object"
      ),
      at.integer(
        "position_update_period",
        \.positionUpdatePeriod,
        0...1000,
        "iterations from one refinement of the positions to the next; 0 takes them as told"
      ),
      at.integer(
        "position_update_start",
        \.positionUpdateStart,
        0...100_000,
        "iterations with enough frames before positions are refined"
      ),
      at.number(
        "position_bound_px",
        \.positionBound,
        0.01...1000,
        "how far a frame may be moved along each axis, object pixels"
      ),
      at.number(
        "pie_regularization",
        \.pieRegularization,
        1e-3...1,
        "of `epie`: 1 for the plain one, less corrects dim places faster"
      ),
      at.integer(
        "subpixel_steps",
        \.subpixelSteps,
        1...16,
        "sub-pixel places of the probe along each axis: 1 rounds positions to pixels"
      ),
      at.number(
        "lit_fraction",
        \.litFraction,
        1e-9...0.5,
        "coverage below this part of the best covered pixel's counts as unlit"
      ),
      at.number(
        "incident_photons",
        \.incidentPhotons,
        1e-3...1e15,
        absent: "taken from the brightest frames",
        "photons of one exposure without sample"
      ),
      at.flag(
        "background",
        \.retrievesBackground,
        "whether a static background of the patterns is retrieved"
      ),
      at.integer(
        "background_start",
        \.backgroundStart,
        0...100_000,
        "iterations before the background is retrieved"
      ),
      at.integer(
        "background_period",
        \.backgroundPeriod,
        1...1000,
        "iterations from one update of the background to the next"
      ),
      at.number(
        "background_fraction",
        \.backgroundFraction,
        0...0.5,
        absent: "found",
        "the part of an exposure's photons that the background is, such as what a zone plate throws "
          + "beyond the pattern's window"
      ),
      at.number(
        "stagnation_tolerance",
        \.stagnationTolerance,
        0...1,
        "a reconstruction ends early when the lowest overlap error of a window of iterations is "
          + "not lower by this part than that of the window before; 0 runs all iterations"
      ),
      at.integer(
        "stagnation_window",
        \.stagnationWindow,
        1...10_000,
        "the iterations of such a window"
      ),
    ]
  }()

  static let chemistry: [ConfigurationKey] = {
    let at = SectionKeys(section: "chemistry", part: \.chemistry)
    return [
      at.matrix(
        "absorption_per_um",
        rows: 2...2,
        columns: 2,
        1e-6...1e6,
        "absorption of the pure phases: a row for each of `energies_eV`; LiFePO₄ first in each "
          + "row, then FePO₄"
      ) {
        $0.matrix.rows
      } write: {
        $0.matrix = AbsorptionMatrix(rows: $1)
      },
      at.numbers(
        "energies_eV",
        1...1e5,
        count: 2...2,
        "the photon energies that chemistry is made of, in the order of the rows of "
          + "`absorption_per_um`; the nearest ones within 1 eV are taken"
      ) {
        $0.energies.map(\.electronVolts)
      } write: {
        $0.energies = $1.map { PhotonEnergy(electronVolts: $0) }
      },
      at.flag(
        "subtract_pre_edge",
        \.subtractsPreEdge,
        "whether the mean optical density of the energies 2 eV and more below both, where there are "
          + "any, is taken from both"
      ),
      at.numbers(
        "pre_edge_absorption_per_um",
        0...1e6,
        count: 2...2,
        "absorption of LiFePO₄ and of FePO₄ below the edge, taken from both rows of "
          + "`absorption_per_um` with `subtract_pre_edge`"
      ) {
        [$0.preEdgeAbsorption.lithiated, $0.preEdgeAbsorption.delithiated]
      } write: {
        $0.preEdgeAbsorption = PhaseAbsorption(lithiated: $1[0], delithiated: $1[1])
      },
      at.number(
        "segmentation_threshold_percent",
        \.segmentationThreshold,
        0...50,
        "a voxel with less than this of the other phase belongs to one phase, any other is mixed"
      ),
      at.number(
        "minimum_iron_od",
        \.minimumIron,
        0...1e3,
        absent: "found in the data by Otsu's criterion",
        "mean optical density of both energies below which a voxel counts as empty"
      ),
      at.flag(
        "non_negative",
        \.isNonNegative,
        "whether a negative concentration is put to zero and the other one fitted anew"
      ),
    ]
  }()
}
