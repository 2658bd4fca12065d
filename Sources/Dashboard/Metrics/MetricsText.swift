// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import WireFormat

/// The run's figures in the text form of Prometheus, version 0.0.4.
package enum MetricsText {
  /// Everything that the newest status message says, and what went to pages.
  package static func text(of hub: PreviewHub) -> String {
    var families: [MetricFamily] = []
    if let frame = hub.newest(.status),
      let message = try? PreviewMessage.decode([SharedBytes("status"), frame.json])
    {
      families += status(message.header)
    }
    families += stream(hub.figures)
    return families.map(\.lines).joined()
  }

  private static func status(_ header: PreviewHeader) -> [MetricFamily] {
    var families: [MetricFamily] = []
    var left = header.quality
    for row in StatusMetrics.rows {
      if families.last?.name != row.name {
        families.append(MetricFamily(name: row.name, kind: row.kind, help: row.help))
      }
      guard let value = left.removeValue(forKey: row.key) else { continue }
      families[families.count - 1].samples.append(row.sample(value))
    }
    families.append(resolution(&left))
    // What this table does not know yet is shown under its own name.
    for (key, value) in left.sorted(by: { $0.key < $1.key }) {
      let name = String(key.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
      families.append(
        MetricFamily(
          name: "tiltfold_\(name)",
          kind: .gauge,
          help: "The figure \(key) of the status message.",
          samples: [MetricFamily.Sample(value)]
        )
      )
    }
    families += [
      words(
        "run_state",
        "What the run is doing: 1 at the state that it is in.",
        header.text["state"],
        states
      ),
      words(
        "recording_state",
        "Whether what comes is recorded.",
        header.text["recording"],
        recordings
      ),
      words(
        "reconstruction_state",
        "Whether the reconstruction goes on or rests on request.",
        header.text["reconstruction"],
        reconstructions
      ),
      one(
        "scan_frames",
        "Frames of the scan that started last.",
        header.frameCount.map(Double.init)
      ),
      one("tilt_degrees", "Tilt of the scan that started last.", header.tilt?.degrees),
      one(
        "photon_energy_electronvolts",
        "Photon energy of the scan that started last.",
        header.energy?.electronVolts
      ),
      one(
        "status_timestamp_seconds",
        "When the status message was made, since 1970.",
        header.timestamp.map { Double($0) * 1e-9 }
      ),
    ]
    return families
  }

  /// One sample for each energy whose volume was measured.
  private static func resolution(_ figures: inout [String: Double]) -> MetricFamily {
    let prefix = "fsc_half_period_m_"
    var family = MetricFamily(
      name: "tiltfold_fsc_half_period_meters",
      kind: .gauge,
      help: "Half period at 1/2 bit of the volume of each energy, the lowest first."
    )
    for key in figures.keys.filter({ $0.hasPrefix(prefix) }).sorted() {
      guard let value = figures.removeValue(forKey: key) else { continue }
      let energy = String(key.dropFirst(prefix.count))
      family.samples.append(MetricFamily.Sample("energy", energy, value))
    }
    return family
  }

  private static func stream(_ figures: StreamFigures) -> [MetricFamily] {
    func counter(_ name: String, _ help: String, _ value: Int) -> MetricFamily {
      MetricFamily(
        name: "tiltfold_\(name)",
        kind: .counter,
        help: help,
        samples: [MetricFamily.Sample(Double(value))]
      )
    }
    return [
      MetricFamily(
        name: "tiltfold_events_total",
        kind: .counter,
        help: "Events that were told, by severity; errors are what was lost or given up.",
        samples: ["info", "warning", "error"].map {
          MetricFamily.Sample("severity", $0, Double(figures.events[$0] ?? 0))
        }
      ),
      one("websocket_clients", "Pages that are open.", Double(figures.pages)),
      counter("websocket_frames_sent_total", "Previews that were sent to pages.", figures.sent),
      counter("websocket_sent_bytes_total", "Their bytes.", figures.sentBytes),
      counter(
        "websocket_previews_skipped_total",
        "Previews that a page missed because something newer had come before it could read.",
        figures.skipped
      ),
      counter(
        "websocket_clients_dropped_total",
        "Pages that took nothing for so long that they were let go.",
        figures.dropped
      ),
    ]
  }

  private static func one(_ name: String, _ help: String, _ value: Double?) -> MetricFamily {
    MetricFamily(
      name: "tiltfold_\(name)",
      kind: .gauge,
      help: help,
      samples: value.map { [MetricFamily.Sample($0)] } ?? []
    )
  }

  private static func words(
    _ name: String,
    _ help: String,
    _ current: String?,
    _ known: [String]
  ) -> MetricFamily {
    let all = known + (current.map { known.contains($0) ? [] : [$0] } ?? [])
    return MetricFamily(
      name: "tiltfold_\(name)",
      kind: .gauge,
      help: help,
      samples: current == nil
        ? [] : all.map { MetricFamily.Sample("state", $0, $0 == current ? 1 : 0) }
    )
  }

  private static let states = ["preparing", "waiting", "acquiring", "finishing", "done"]
  private static let reconstructions = ["running", "paused"]
  private static let recordings = ["off", "recording", "failing"]
}
