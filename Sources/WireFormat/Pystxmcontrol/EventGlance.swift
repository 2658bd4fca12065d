// SPDX-License-Identifier: BSD-3-Clause

import Imaging

extension PystxmcontrolDialect {
  /// The event of a message, from its first bytes alone; nil where they do not show it.
  ///
  /// Python writes keys in the order of their making, `event` first, in pickles and in JSON.
  static func glance(_ bytes: SharedBytes) -> String? {
    let head = bytes.slice(0..<min(bytes.count, 96)).array()
    let words = head.split { !(65...90 ~= $0 || 97...122 ~= $0) }
      .map { String(decoding: $0, as: UTF8.self).lowercased() }
    guard let key = words.firstIndex(where: { $0.contains("event") }) else { return nil }
    // The bytes of lengths and of the memo may look like letters beside a word.
    return words[(key + 1)...].prefix(4).lazy.compactMap { word in
      ["start", "frame", "stop", "abort"].first { word.contains($0) }
    }.first
  }
}
