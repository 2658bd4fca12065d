// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LivePipeline

/// Words that several lines of progress share.
enum ProgressLine {
  /// "12 (28.8 MB)".
  static func unrecorded(_ counters: StreamCounters) -> String {
    "\(counters.unrecorded) (\(String(format: "%.1f", Double(counters.unrecordedBytes) * 1e-6)) MB)"
  }

  /// "1:05" or "2:03:10".
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e7).rounded())
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, whole % 60)
      : String(format: "%d:%02d", minutes, whole % 60)
  }
}
