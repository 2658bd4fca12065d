// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Registration
import Tomography

// From projections to volumes; bounds are those of the stages' `validate()`.
extension ConfigurationTable {
  static let registration: [ConfigurationKey] = {
    let at = SectionKeys(section: "registration", part: \.registration)
    return [
      at.number(
        "maximum_shift_px",
        \.maximumShift,
        1...500,
        "the largest displacement that is searched"
      ),
      at.integer(
        "refinement_steps",
        \.refinementSteps,
        0...100,
        "Gauss-Newton steps after the search"
      ),
      at.number("step_limit_px", \.stepLimit, 0.01...5, "the longest Gauss-Newton step"),
      at.number(
        "replay_damping",
        \.replayDamping,
        0...1,
        "the part of a Gauss-Newton step that a replayed tilt takes"
      ),
      at.number(
        "minimum_confidence",
        \.minimumConfidence,
        0...1,
        "below this correlation with its reference a tilt is held back"
      ),
      at.number(
        "mass_gate_px",
        \.massGate,
        0.5...500,
        "how far registration and centre of mass may disagree before a tilt has to correlate better"
      ),
      at.number(
        "maximum_factor",
        \.maximumFactor,
        1.01...1000,
        "how many times denser or fainter than the tilts before it a tilt may be"
      ),
      at.choice(
        "final_transform",
        \.finalTransform,
        "what the joint rounds at the end may do to a tilt: move it, or turn and scale it, too"
      ),
      at.number(
        "self_consistency_px",
        \.selfConsistency,
        0...10,
        "the joint rounds end when one moves the tilts by less, RMS"
      ),
      at.choice(
        "interpolation",
        \.interpolation,
        "how projections are read between their pixels"
      ),
      at.number(
        "minimum_coverage",
        \.minimumCoverage,
        0...1,
        "the part of the volume's projection that must be lit"
      ),
    ]
  }()

  static let tomography: [ConfigurationKey] = {
    let at = SectionKeys(section: "tomography", part: \.tomography)
    return [
      at.integer(
        "volume_side",
        \.volumeSide,
        8...2048,
        "the volume's extent along x and z, voxels"
      ),
      at.integer(
        "volume_height",
        \.volumeHeight,
        1...2048,
        "the volume's extent along y, the rotation axis, voxels"
      ),
      at.length(
        "voxel_size_m",
        \.voxelSize,
        1e-10...1e-5,
        "the size of a voxel, equal to that of an object pixel"
      ),
      at.flag(
        "subtract_film",
        \.subtractsFilm,
        "whether the density of a support film, a plateau around the objects, is taken off"
      ),
      at.choice("method", \.method, "how projections correct the volume; `art` for live use"),
      at.number("relaxation", \.relaxation, 0.01...1.9, "λ of the first sweep and of replays"),
      at.number(
        "relaxation_decay",
        \.relaxationDecay,
        0...10,
        "λ of sweep n is relaxation / (1 + n · relaxation_decay)"
      ),
      at.integer(
        "replays_per_fold",
        \.replaysPerFold,
        0...1000,
        "stored tilts folded again after each new one, at most"
      ),
      at.number(
        "replay_budget_s",
        \.replayBudget,
        0...3600,
        "how long such replays may take; none begins later"
      ),
      at.integer(
        "final_sweeps",
        \.finalSweeps,
        1...1000,
        "sweeps over all tilts when the volume is rebuilt at the end"
      ),
      at.integer(
        "settling_sweeps",
        \.settlingSweeps,
        0...1000,
        "over how many of the last final sweeps λ falls to a tenth besides"
      ),
      at.integer(
        "final_alignment_rounds",
        \.finalAlignmentRounds,
        0...100,
        "the most joint rounds of registration with re-projections at the end; fewer where they "
          + "come to rest"
      ),
      at.number("damping", \.damping, 0...1000, "added to each ray's squared norm, voxels²"),
      at.number(
        "variation_weight",
        \.variationWeight,
        0...10,
        "length of each step down the total variation between sweeps, as a part of what one fold "
          + "corrects on the mean; 0 for none"
      ),
      at.integer(
        "variation_steps",
        \.variationSteps,
        0...100,
        "how many such steps follow each sweep"
      ),
      at.number(
        "support_threshold",
        \.supportThreshold,
        0...1,
        "after half of the final sweeps, voxels whose surroundings hold less than this part of the "
          + "object's density stay empty; 0 for none"
      ),
      at.flag("non_negative", \.isNonNegative, "whether voxels are kept from going below zero"),
    ]
  }()
}
