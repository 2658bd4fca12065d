// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Dashboard
import LivePipeline
import Testing
import TestSupport
import WireFormat

/// The figures for Prometheus.
@Suite struct MetricsTests {
  /// Samples by name and labels, the form checked on the way.
  private static func samples(_ text: String) throws -> [String: Double] {
    let form =
      /([a-zA-Z0-9_:]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)+)\})? (NaN|[+-]Inf|-?[0-9.]+(?:e[+-]?[0-9]+)?)/
    var samples: [String: Double] = [:]
    var (described, typed) = (Set<String>(), [String: String]())
    var current = ""
    #expect(text.hasSuffix("\n"))
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      let words = line.split(separator: " ", maxSplits: 3).map(String.init)
      if line.hasPrefix("# HELP ") {
        #expect(words.count == 4 && described.insert(words[2]).inserted, "\(line)")
        current = words[2]
      } else if line.hasPrefix("# TYPE ") {
        #expect(words[2] == current && typed[current] == nil, "\(line)")
        typed[current] = words[3]
      } else {
        let match = try #require(line.wholeMatch(of: form), "\(line)")
        // Samples of a metric stand together, behind what it is.
        #expect(String(match.output.1) == current && typed[current] != nil, "\(line)")
        #expect((typed[current] == "counter") == current.hasSuffix("_total"), "\(line)")
        let key = String(line.prefix { $0 != " " })
        #expect(samples.updateValue(Double(match.output.3) ?? .nan, forKey: key) == nil, "\(line)")
      }
    }
    return samples
  }

  @Test func everyFigureOfTheStatusHasItsMetric() throws {
    let served = try ServedHub()
    served.publish(.status, 9) { header in
      header.text = ["state": "acquiring", "recording": "recording"]
      header.quality = [
        "frames_received": 4900, "frames_lost": 3, "frames_per_second": 145.5,
        "recorder_queue_depth": 2, "intake_queue_depth": 5, "scans_finished": 4,
        "projections_folded": 3, "previews_skipped": 17, "disk_free_bytes": 1e12,
        "latency_stxm_p50_ms": 12, "latency_stxm_p99_ms": 80, "latency_frame_p99_ms": 40,
        "fsc_half_period_m_0": 1.1e-8, "fsc_half_period_m_1": 1.2e-8, "something_new": 0.25,
      ]
      header.tilt = TiltAngle(degrees: -80)
      header.energy = PhotonEnergy(electronVolts: 708.2)
      header.frameCount = 49
    }
    served.publish(.event, 0) { $0.text = ["message": "lost", "severity": "error"] }
    let page = try StreamClient(port: served.port)
    _ = page.next()
    let answer = try PlainRequest.send("GET /metrics", port: served.port)
    #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
    let samples = try Self.samples(answer.body)
    for (name, value) in [
      "tiltfold_frames_received_total": 4900, "tiltfold_frames_lost": 3,
      "tiltfold_frame_rate_hertz": 145.5, "tiltfold_queue_depth_messages{queue=\"recorder\"}": 2,
      "tiltfold_queue_depth_messages{queue=\"intake\"}": 5, "tiltfold_scans_finished_total": 4,
      "tiltfold_projections_folded_total": 3, "tiltfold_previews_skipped_total": 17,
      "tiltfold_disk_free_bytes": 1e12, "tiltfold_stxm_latency_seconds{quantile=\"0.5\"}": 0.012,
      "tiltfold_stxm_latency_seconds{quantile=\"0.99\"}": 0.08,
      "tiltfold_frame_latency_seconds{quantile=\"0.99\"}": 0.04,
      "tiltfold_fsc_half_period_meters{energy=\"1\"}": 1.2e-8, "tiltfold_something_new": 0.25,
      "tiltfold_run_state{state=\"acquiring\"}": 1, "tiltfold_run_state{state=\"done\"}": 0,
      "tiltfold_recording_state{state=\"recording\"}": 1, "tiltfold_tilt_degrees": -80,
      "tiltfold_photon_energy_electronvolts": 708.2, "tiltfold_scan_frames": 49,
      "tiltfold_websocket_clients": 1, "tiltfold_events_total{severity=\"error\"}": 1,
      "tiltfold_events_total{severity=\"warning\"}": 0,
    ] {
      #expect(samples[name] == value, "\(name): \(String(describing: samples[name]))")
    }
    #expect(samples["tiltfold_websocket_frames_sent_total"].map { $0 >= 1 } == true)
  }

  /// A figure that is new in the status has a name with a unit and a help text of its own, too.
  @Test func noFigureOfARunGoesByTheNameItHasInTheStatus() throws {
    var status = RunStatus()
    status.isPaused = true
    (status.framesPerSecond, status.overlapError, status.dataError) = (1, 0.1, 0.1)
    status.latency.shownMedian = 1
    status.latency.shownPercentile90 = 1
    status.latency.shownPercentile99 = 1
    status.latency.shownRecentPercentile99 = 634
    status.latency.cleanedPercentile99 = 1
    (status.diskFree, status.beamPerSecond, status.stateOfCharge) = (1, 1, 0.2)
    (status.tiltCount, status.energyCount) = (24, 2)
    (status.halfPeriod, status.shellTilts) = (Length(nanometers: 9), 24)
    status.shellHalfPeriods = [Length(nanometers: 9), Length(nanometers: 10)]
    status.tomogramScansFinished = 3
    (status.elapsed, status.silence, status.beamChange) = (100, 3, 0.9)
    let hub = PreviewHub()
    hub.receive(topic: .status, parts: PreviewMessage(status: status).encode())
    let text = MetricsText.text(of: hub)
    #expect(!text.contains("The figure "), "\(text)")
    let samples = try Self.samples(text)
    #expect(samples["tiltfold_stxm_latency_recent_seconds{quantile=\"0.99\"}"] == 0.634)
    #expect(samples["tiltfold_reconstruction_state{state=\"paused\"}"] == 1)
  }

  @Test func beforeAnythingHasComeTheFormIsRightToo() throws {
    let samples = try Self.samples(MetricsText.text(of: PreviewHub()))
    #expect(samples["tiltfold_websocket_clients"] == 0)
    #expect(samples["tiltfold_frames_received_total"] == nil)
  }
}
