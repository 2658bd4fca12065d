// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// What `summary.json` says of frames; nil for what it does not say.
struct FrameCounts {
  var received: Int?
  var used: Int?
  var lost: Int?

  /// Reads a summary; one that is missing or unreadable says nothing.
  init(reading path: String) {
    guard let data = FileManager.default.contents(atPath: path),
      let summary = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return }
    let counters = summary["counters"] as? [String: Any] ?? [:]
    func number(_ keys: String...) -> Int? {
      for key in keys {
        if let value = summary[key] as? NSNumber ?? counters[key] as? NSNumber {
          return value.intValue
        }
      }
      return nil
    }
    received = number("frames_received", "frames")
    used = number("frames_used", "framesUsed")
    lost = number("frames_lost")
    if lost == nil {
      let parts = [
        number("lost_messages", "lostMessages"), number("missing_frames", "missingFrames"),
      ]
      let known = parts.compactMap { $0 }
      lost = known.isEmpty ? nil : known.max()
    }
  }
}
