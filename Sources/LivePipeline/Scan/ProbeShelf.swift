// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// The refined probes and backgrounds of the scans that were finished last, for scans to come to
/// start from.
struct ProbeShelf: Sendable {
  private struct Entry {
    var scan: String
    var energy: PhotonEnergy
    var probe: ComplexImage
    var background: Image?
    var power: Double
  }

  private var entries: [Entry] = []

  /// Keeps a finished scan's probe and background.
  mutating func keep(_ object: ReconstructedObject, of scan: String) {
    let scale = object.gauge?.scale ?? 1
    entries.append(
      Entry(
        scan: scan,
        energy: object.identity.energy,
        probe: object.probe,
        background: object.background,
        // Before vacuum was set to 1, for the next scan's is taken before as well.
        power: object.probePower / (scale * scale)
      )
    )
    if entries.count > Self.limit { entries.removeFirst() }
  }

  /// The scan whose probe is best to start from: the latest of the same energy, else the latest.
  func best(for energy: PhotonEnergy, shape: Shape2D, tolerance: Double) -> String? {
    let fitting = entries.filter { $0.probe.shape == shape }
    let same = fitting.last {
      abs($0.energy.electronVolts - energy.electronVolts) <= tolerance
    }
    return (same ?? fitting.last)?.scan
  }

  /// The probe of a scan and the background retrieved with it, nil where they are not kept any more.
  func start(of scan: String) -> (probe: ComplexImage, background: (Image, power: Double)?)? {
    entries.last { $0.scan == scan }.map { entry in
      (entry.probe, entry.background.map { ($0, entry.power) })
    }
  }

  /// Scans run a few at a time, so that none starts from a probe older than these.
  private static let limit = 16
}
