// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import WireFormat

/// The last message of each slot as it went out, for those who come later.
struct LastPreviews {
  private var parts: [PreviewSlot: [SharedBytes]] = [:]
  /// The slots in the order of their last messages.
  private var order: [PreviewSlot] = []

  /// Keeps a message in place of the one before it.
  mutating func keep(_ message: [SharedBytes], in slot: PreviewSlot) {
    parts[slot] = message
    order.removeAll { $0 == slot }
    order.append(slot)
    let alike = order.filter { $0.topic == slot.topic }
    guard alike.count > Self.energyLimit, let oldest = alike.first else { return }
    parts[oldest] = nil
    order.removeAll { $0 == oldest }
  }

  /// The last messages of a topic, the oldest first.
  subscript(topic: PreviewTopic) -> [[SharedBytes]] {
    order.filter { $0.topic == topic }.compactMap { parts[$0] }
  }

  /// Energies of a topic that are kept: a stack of spectra has a hundred and more.
  private static let energyLimit = 8
}
