// SPDX-License-Identifier: BSD-3-Clause

import WireFormat

/// The scanning-transmission map of a scan as it goes out.
struct ScanMap: Sendable {
  /// Makes the map as it is at that moment; nil where there is none yet.
  typealias Making = @Sendable () -> ScanMap?

  /// The map.
  var message: PreviewMessage
  /// When the last bytes of those frames had been received that no earlier map shows, [frame].
  var received: [ContinuousClock.Instant]
}
