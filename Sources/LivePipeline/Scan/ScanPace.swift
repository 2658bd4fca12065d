// SPDX-License-Identifier: BSD-3-Clause

/// How long a scan may take until its time is up, from how fast its source begins scans.
///
/// A scan is cut when more than so many are unfinished, which is when as many newer ones have begun.
package struct ScanPace: Sendable {
  private var starts: [ContinuousClock.Instant] = []

  package init() {}

  /// Notes that a scan began.
  package mutating func note(_ start: ContinuousClock.Instant) {
    starts = (starts + [start]).suffix(Self.memory + 1)
  }

  /// Seconds from a scan's start until it is cut; nil before two scans have begun.
  ///
  /// - Parameter unfinished: Scans that may be unfinished.
  /// - Returns: The median pause between starts, times that.
  package func budget(unfinished: Int) -> Double? {
    guard starts.count > 1 else { return nil }
    let pauses = zip(starts.dropFirst(), starts).map { ($0 - $1).inSeconds }.sorted()
    return pauses[pauses.count / 2] * Double(unfinished)
  }

  /// Pauses whose median counts: the change of the tilt between scans is now and then a long one.
  private static let memory = 5
}
