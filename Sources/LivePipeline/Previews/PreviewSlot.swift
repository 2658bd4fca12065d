// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import WireFormat

/// What a newer preview takes the place of: the one before it of its topic and, where a topic has
/// pictures of every energy, of its energy.
struct PreviewSlot: Hashable, Sendable {
  /// What it shows.
  let topic: PreviewTopic
  /// The photon energy, thousandths of an electron volt; nil where all energies share the slot.
  let energy: Int?

  /// The slot of a preview.
  init(_ topic: PreviewTopic, energy: PhotonEnergy? = nil) {
    self.topic = topic
    self.energy =
      Self.topicsOfEveryEnergy.contains(topic)
      ? energy.map { Int(($0.electronVolts * 1000).rounded()) } : nil
  }

  /// The slot of a message.
  init(of message: PreviewMessage) {
    self.init(message.topic, energy: message.header.energy)
  }

  /// Topics whose last value of every energy is kept.
  static let topicsOfEveryEnergy: Set<PreviewTopic> = [.volume, .projection]
}

extension PreviewSlot: Comparable {
  /// By topic, then by energy.
  static func < (a: PreviewSlot, b: PreviewSlot) -> Bool {
    (a.topic.rawValue, a.energy ?? 0) < (b.topic.rawValue, b.energy ?? 0)
  }
}
