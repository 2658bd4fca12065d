// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// What the machine can still give.
enum AvailableMemory {
  /// Bytes that can be taken without swapping, by `/proc/meminfo`; nil where that says nothing.
  static var bytes: Double? {
    guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
      let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
    else { return nil }
    return kibibytes * 1024
  }
}
