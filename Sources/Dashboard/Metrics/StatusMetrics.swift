// SPDX-License-Identifier: BSD-3-Clause

/// What each figure of the status message is called as a metric.
enum StatusMetrics {
  /// A figure of `status` as a sample of a metric.
  struct Row {
    let key: String
    let name: String
    let kind: MetricFamily.Kind
    let help: String
    var label: (name: String, value: String)?
    var scale = 1.0

    /// The figure as a sample.
    func sample(_ value: Double) -> MetricFamily.Sample {
      guard let label else { return MetricFamily.Sample(value * scale) }
      return MetricFamily.Sample(label.name, label.value, value * scale)
    }
  }

  /// The rows in the order in which they are written; rows of one name stand together.
  static let rows: [Row] = counterRows + gaugeRows + queues + latencies + [recentLatency]

  private static let counterRows = counters.map { key, name, help in
    Row(key: key, name: "tiltfold_\(name)_total", kind: .counter, help: help)
  }

  private static let gaugeRows = gauges.map { key, name, help in
    Row(key: key, name: "tiltfold_\(name)", kind: .gauge, help: help)
  }

  private static let counters: [(String, String, String)] = [
    ("messages_received", "messages_received", "Messages that came from the source."),
    ("frames_received", "frames_received", "Exposures that came, doubles included."),
    ("darks_received", "darks_received", "Dark frames that came."),
    ("frames_used", "frames_used", "Exposures that a solver took."),
    ("frames_duplicate", "frames_duplicate", "Exposures that came again."),
    ("frames_unusable", "frames_unusable", "Frames of a wrong size, or that could not be cleaned."),
    (
      "frames_after_end", "frames_after_end",
      "Frames of scans that somebody had ended before they came."
    ),
    ("frames_without_scan", "frames_without_scan", "Frames that belong to no scan."),
    ("frames_without_position", "frames_without_position", "Frames whose position is not known."),
    ("points_incomplete", "points_incomplete", "Scan points that lack an exposure."),
    ("messages_malformed", "messages_malformed", "Messages that could not be read."),
    ("messages_unrecorded", "messages_unrecorded", "Messages that are in no recording."),
    (
      "messages_unread", "messages_unread",
      "Messages that could not be read back from the recording."
    ),
    ("bytes_unrecorded", "unrecorded_bytes", "Bytes of messages that are in no recording."),
    ("recorded_bytes", "recorded_bytes", "Bytes in the recording."),
    ("errors", "errors", "Events that were errors: something was lost or given up."),
    ("scans_started", "scans_started", "Scans that started."),
    ("scans_finished", "scans_finished", "Scans that are reconstructed."),
    ("projections_folded", "projections_folded", "Projections that were folded into a volume."),
    (
      "previews_skipped", "previews_skipped",
      "Previews that gave way to newer ones before they went out."
    ),
  ]

  private static let gauges: [(String, String, String)] = [
    // No counter: what comes late is lost no more.
    ("frames_lost", "frames_lost", "Frames or messages that are missing."),
    ("frames_per_second", "frame_rate_hertz", "Frames per second over the last three seconds."),
    (
      "scan_frames_expected", "scan_frames_expected",
      "Frames of the scan that started last; 0 where not known."
    ),
    ("scans_unfinished", "scans_unfinished", "Scans that came and are not done."),
    (
      "messages_to_take_up", "messages_to_take_up",
      "Messages of a run before that are still to be processed."
    ),
    ("projections_held_back", "projections_held_back", "Projections that do not fit."),
    ("tilts_left_out", "tilts_left_out", "Tilts that somebody keeps out of the volumes."),
    ("iteration", "iteration", "Iterations of the scan that was worked on last."),
    ("overlap_error", "overlap_error_ratio", "Overlap error of the scan that was worked on last."),
    ("data_error", "data_error_ratio", "Data error of the scan that was finished last."),
    (
      "frc_half_period_m", "frc_half_period_meters",
      "Half period to which two halves of a scan agree, by 1/2 bit."
    ),
    ("fsc_tilts", "fsc_tilts", "Tilts that the resolution of the volumes was measured from."),
    ("state_of_charge", "state_of_charge_ratio", "State of charge, 0 to 1."),
    ("elapsed_s", "elapsed_seconds", "Time since the first frame."),
    ("silent_s", "silent_seconds", "Time since the last frame was taken."),
    (
      "beam_change", "beam_change_ratio",
      "Beam over that of its energy's first scans of the tomogram."
    ),
    ("remaining_s", "remaining_seconds", "Time to the end of the tomogram at the pace so far."),
    ("disk_free_bytes", "disk_free_bytes", "Bytes that are free on the disk of the recording."),
    (
      "beam_per_second", "beam_photons_per_second",
      "Photons per second in vacuum, of the last scan."
    ),
    (
      "tomogram_scans_finished", "tomogram_scans_finished",
      "Scans of the tomogram in hand that are reconstructed."
    ),
    ("tomogram_complete", "tomogram_complete", "1 once the tomogram in hand is complete."),
    ("tilt_count", "tilts_expected", "Tilts of the tomogram."),
    ("energy_count", "energies_expected", "Photon energies of each tilt."),
  ]

  private static let queues = ["recorder", "intake"].map { queue -> Row in
    Row(
      key: "\(queue)_queue_depth",
      name: "tiltfold_queue_depth_messages",
      kind: .gauge,
      help: "Messages that wait in a queue.",
      label: ("queue", queue)
    )
  }

  private static let recentLatency = Row(
    key: "latency_stxm_recent_p99_ms",
    name: "tiltfold_stxm_latency_recent_seconds",
    kind: .gauge,
    help:
      "Time from a frame's arrival to its effect on the published transmission map, last minute.",
    label: ("quantile", "0.99"),
    scale: 1e-3
  )

  private static let latencies = ["stxm", "frame"].flatMap { path -> [Row] in
    [("p50", "0.5"), ("p90", "0.9"), ("p99", "0.99")].map { part, quantile -> Row in
      Row(
        key: "latency_\(path)_\(part)_ms",
        name: "tiltfold_\(path)_latency_seconds",
        kind: .gauge,
        help: path == "stxm"
          ? "Time from a frame's arrival to its effect on the published transmission map."
          : "Time from a frame's arrival to its place in the solver.",
        label: ("quantile", quantile),
        scale: 1e-3
      )
    }
  }
}
