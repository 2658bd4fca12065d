// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
package import WireFormat

extension PreviewMessage {
  /// A status as a preview; figures that are not known are left out.
  package init(status: RunStatus) {
    var header = PreviewHeader(sequence: 0)
    header.timestamp = nanosecondsNow()
    header.scan = status.scan
    header.tomogram = status.tomogram
    header.tilt = status.tiltDegrees.map(TiltAngle.init(degrees:))
    header.tiltIndex = status.tiltIndex
    header.energy = status.energy.map(PhotonEnergy.init(electronVolts:))
    header.frameCount = status.scanFrames
    header.text = ["state": status.state.rawValue, "recording": status.recording.rawValue]
    header.text["end"] = status.scanEnd?.rawValue
    header.text["reconstruction"] = status.isPaused ? "paused" : "running"
    header.text["when_behind"] = status.whenBehind.rawValue
    header.text["source"] = status.source
    header.text["last_error"] = status.lastError
    let counters = status.counters
    let counts: [String: Int] = [
      "messages_received": counters.messages,
      "frames_received": counters.exposures,
      "frames_used": counters.used,
      "frames_lost": counters.lost,
      "frames_duplicate": counters.duplicates,
      "frames_unusable": counters.unusable,
      "frames_after_end": counters.afterEnd,
      "frames_without_scan": counters.withoutScan,
      "points_incomplete": counters.incompletePoints,
      "frames_without_position": counters.withoutPosition,
      "messages_malformed": counters.malformed,
      "messages_unrecorded": counters.unrecorded,
      "messages_unread": counters.unread,
      "bytes_unrecorded": counters.unrecordedBytes,
      "darks_received": counters.darks,
      "scan_frames_expected": status.scanExpected,
      "scans_started": status.scansStarted,
      "scans_finished": status.scansFinished,
      "tomogram_scans_finished": status.tomogramScansFinished,
      "tomogram_complete": status.isTomogramComplete ? 1 : 0,
      "scans_unfinished": status.unfinishedScans,
      "projections_folded": status.projectionsFolded,
      "projections_held_back": status.projectionsHeldBack,
      "tilts_left_out": status.tiltsLeftOut,
      "recorder_queue_depth": status.recorderDepth,
      "intake_queue_depth": status.intakeDepth + status.intakeBehind,
      "messages_to_take_up": status.messagesToTakeUp,
      "previews_skipped": status.previewsSkipped,
      "recorded_bytes": status.recordedBytes,
      "iteration": status.iteration,
      "errors": status.errors,
    ]
    header.quality = counts.mapValues(Double.init)
    header.quality["frames_per_second"] = status.framesPerSecond
    header.quality["overlap_error"] = status.overlapError
    header.quality["data_error"] = status.dataError
    header.quality["frc_half_period_m"] = status.halfPeriod?.meters ?? .nan
    for (energy, halfPeriod) in status.shellHalfPeriods.enumerated() {
      header.quality["fsc_half_period_m_\(energy)"] = halfPeriod.meters
      header.quality["fsc_tilts"] = Double(status.shellTilts)
    }
    header.quality["latency_stxm_p50_ms"] = status.latency.shownMedian
    header.quality["latency_stxm_p90_ms"] = status.latency.shownPercentile90
    header.quality["latency_stxm_p99_ms"] = status.latency.shownPercentile99
    header.quality["latency_stxm_recent_p99_ms"] = status.latency.shownRecentPercentile99
    header.quality["latency_frame_p99_ms"] = status.latency.cleanedPercentile99
    header.quality["disk_free_bytes"] = status.diskFree.map(Double.init)
    header.quality["beam_per_second"] = status.beamPerSecond
    header.quality["tilt_count"] = status.tiltCount.map(Double.init)
    header.quality["energy_count"] = status.energyCount.map(Double.init)
    header.quality["elapsed_s"] = status.elapsed
    header.quality["silent_s"] = status.silence
    header.quality["beam_change"] = status.beamChange
    header.quality["remaining_s"] = status.secondsLeft ?? .nan
    header.quality["state_of_charge"] = status.stateOfCharge ?? .nan
    self.init(topic: .status, header: header)
  }
}
