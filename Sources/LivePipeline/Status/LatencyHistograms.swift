// SPDX-License-Identifier: BSD-3-Clause

import Histogram
import Synchronization

/// The latencies of one run's frames, counted without a word to anybody.
///
/// Counting is one increment in a table of 13 kB (HdrHistogram) behind a lock that nobody holds for
/// longer than it takes to share the table; percentiles are worked out from that share, twice a
/// second at most.
package final class LatencyHistograms: Sendable {
  private struct Content {
    var shown = LatencyHistograms.empty
    var cleaned = LatencyHistograms.empty
    var latest = LatencyHistograms.empty
    var earlier = LatencyHistograms.empty
    var latestBegan: ContinuousClock.Instant?
    var figures = RunLatency()
    var counted: ContinuousClock.Instant?

    /// Has the latest half a minute begin anew where it is over.
    mutating func turn(at now: ContinuousClock.Instant) {
      guard let began = latestBegan else { return latestBegan = now }
      let age = now - began
      guard age >= LatencyHistograms.half else { return }
      earlier = age < LatencyHistograms.half * 2 ? latest : LatencyHistograms.empty
      latest = LatencyHistograms.empty
      latestBegan = now
    }
  }

  private let content = Mutex(Content())

  /// Makes histograms of nothing.
  package init() {}

  /// Counts a frame that has been cleaned.
  ///
  /// - Parameters:
  ///   - received: When its last byte had been received.
  ///   - now: The time now.
  package func noteCleaned(
    _ received: ContinuousClock.Instant,
    at now: ContinuousClock.Instant = .now
  ) {
    let value = Self.microseconds(now - received)
    content.withLock { _ = $0.cleaned.record(value) }
  }

  /// Counts frames that are in a map which has gone out.
  ///
  /// - Parameters:
  ///   - received: When the last byte of each had been received, [frame].
  ///   - now: The time now.
  package func noteShown(
    _ received: [ContinuousClock.Instant],
    at now: ContinuousClock.Instant = .now
  ) {
    content.withLock { content in
      content.turn(at: now)
      for instant in received {
        let value = Self.microseconds(now - instant)
        _ = content.shown.record(value)
        _ = content.latest.record(value)
      }
    }
  }

  /// The percentiles so far, at most half a second old.
  package var recentFigures: RunLatency {
    let now = ContinuousClock.now
    let known = content.withLock { content -> RunLatency? in
      guard let counted = content.counted, now - counted < .milliseconds(400) else {
        // Whoever comes meanwhile gets what was known before.
        content.counted = now
        return nil
      }
      return content.figures
    }
    if let known { return known }
    var figures = figures
    figures.shownRecentPercentile99 = recentPercentile99(at: now)
    content.withLock { [figures] in $0.figures = figures }
    return figures
  }

  /// The time within which 99 of 100 frames of the last half to whole minute were, ms; nil for none.
  package func recentPercentile99(at now: ContinuousClock.Instant = .now) -> Double? {
    let (latest, earlier) = content.withLock { content in
      content.turn(at: now)
      return (content.latest, content.earlier)
    }
    var both = latest
    for bucket in earlier.recordedValues() { _ = both.record(bucket.value, count: bucket.count) }
    return Self.milliseconds(both, 99)
  }

  /// The percentiles of all that has been counted.
  package var figures: RunLatency {
    let (shown, cleaned) = content.withLock { ($0.shown, $0.cleaned) }
    var figures = RunLatency()
    figures.shownFrames = Int(shown.totalCount)
    figures.shownMedian = Self.milliseconds(shown, 50)
    figures.shownPercentile90 = Self.milliseconds(shown, 90)
    figures.shownPercentile99 = Self.milliseconds(shown, 99)
    figures.shownLongest = Self.milliseconds(shown, 100)
    figures.cleanedFrames = Int(cleaned.totalCount)
    figures.cleanedMedian = Self.milliseconds(cleaned, 50)
    figures.cleanedPercentile99 = Self.milliseconds(cleaned, 99)
    figures.cleanedLongest = Self.milliseconds(cleaned, 100)
    return figures
  }

  /// Microseconds to 1 %, up to an hour; what takes longer counts as that.
  private static var empty: Histogram<UInt32> {
    Histogram(
      lowestDiscernibleValue: 1,
      highestTrackableValue: longest,
      numberOfSignificantValueDigits: .two
    )
  }

  private static func milliseconds(
    _ histogram: Histogram<UInt32>,
    _ percentile: Double
  ) -> Double? {
    guard histogram.totalCount > 0 else { return nil }
    return Double(histogram.valueAtPercentile(percentile)) * 1e-3
  }

  private static func microseconds(_ duration: Duration) -> UInt64 {
    UInt64(min(max(duration / .microseconds(1), 0), Double(longest)))
  }

  private static let longest: UInt64 = 3_600_000_000
  private static let half = Duration.seconds(30)
}
