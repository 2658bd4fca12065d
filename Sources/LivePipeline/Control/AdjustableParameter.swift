// SPDX-License-Identifier: BSD-3-Clause

import WireFormat

/// A key of the configuration that may be changed while a run goes on, and from when it holds.
///
/// What sizes a volume, a search or a pattern is not among them: it stands for the whole run.
struct AdjustableParameter: Sendable {
  /// What a new value is used for first.
  ///
  /// Scans are told apart by the messages of the stream, not by when they are worked on, so that a replay
  /// uses the same value for the same scan.
  enum Effect: Sendable {
    /// Scans whose start comes later.
    case nextScan
    /// Scans whose last frame comes later.
    case lastFrame
    /// The next frames that join a scan.
    case nextBatch
    /// Projections of scans whose last frame comes later.
    case nextFold
    /// Chemistry as it is solved next.
    case nextMap
    /// What is done once, when a tomogram is complete.
    case completion

    /// When a new value holds, in words.
    var words: String {
      switch self {
      case .nextScan: "from the next scan on"
      case .lastFrame: "for every scan whose last frame has not come yet"
      case .nextBatch: "from the next batch of frames on"
      case .nextFold:
        "from the next fold on, of scans whose last frame has not come yet, for tilts that are taken "
          + "back or aligned, and at the end"
      case .nextMap: "from the next chemical map on"
      case .completion: "when the tomogram is completed"
      }
    }
  }

  let key: ConfigurationKey
  let effect: Effect

  /// All of them, section by section.
  static let all: [AdjustableParameter] = table.flatMap { section, effect, names in
    names.compactMap { name in
      ConfigurationTable.key("\(section).\(name)").map {
        AdjustableParameter(key: $0, effect: effect)
      }
    }
  }

  /// The one of a full key.
  static func named(_ key: String) -> AdjustableParameter? { all.first { $0.key.path == key } }

  private static let table: [(String, Effect, [String])] = [
    ("ptychography", .lastFrame, ["iterations"]),
    ("ptychography", .nextBatch, ["iterations_per_batch"]),
    (
      "ptychography", .nextScan,
      [
        "beta", "modulus_relaxation", "likelihood_iterations", "likelihood_relaxation",
        "minimum_frames", "probe_update_start", "probe_update_period", "position_update_start",
        "position_update_period", "position_bound_px", "background", "background_start",
        "background_period", "stagnation_tolerance", "stagnation_window",
      ]
    ),
    ("probe", .nextScan, ["reuse_previous", "reuse_object"]),
    (
      "registration", .nextFold,
      [
        "minimum_confidence", "mass_gate_px", "maximum_factor", "minimum_coverage",
        "replay_damping",
        "self_consistency_px",
      ]
    ),
    (
      "tomography", .nextFold,
      [
        "relaxation", "relaxation_decay", "replays_per_fold", "replay_budget_s", "variation_weight",
        "variation_steps", "final_alignment_rounds",
      ]
    ),
    ("tomography", .completion, ["final_sweeps", "settling_sweeps", "support_threshold"]),
    ("chemistry", .nextMap, ["segmentation_threshold_percent", "minimum_iron_od"]),
    (
      "particles", .completion,
      [
        "threshold_od", "minimum_voxels", "smoothing_voxels", "marker_height", "plate_fill",
        "gap_dip",
        "active_percent", "strict_active_percent",
      ]
    ),
  ]

  /// The parameter as the request `parameters` lists it.
  func listed(in configuration: PipelineConfiguration) -> ControlParameter {
    var entry = ControlParameter(
      key: key.path,
      kind: "flag",
      value: nil,
      unit: key.unit?.symbol,
      meaning: key.meaning,
      effect: effect.words
    )
    let value = key.read(configuration)
    entry.value = value.flag.map { .flag($0) } ?? value.number.map { .number($0) }
    describe(key.kind, in: &entry)
    return entry
  }

  private func describe(_ kind: ConfigurationKind, in entry: inout ControlParameter) {
    switch kind {
    case .number(let range):
      entry.kind = "number"
      (entry.minimum, entry.maximum) = (range.lowerBound, range.upperBound)
    case .integer(let range):
      entry.kind = "integer"
      (entry.minimum, entry.maximum) = (Double(range.lowerBound), Double(range.upperBound))
    case .optional(let kind, let absent):
      entry.absent = absent
      describe(kind, in: &entry)
    default: break
    }
  }
}
