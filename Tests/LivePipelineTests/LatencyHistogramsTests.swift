// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LivePipeline
import TestSupport
import Testing

@Suite struct LatencyHistogramsTests {
  private let start = ContinuousClock.now

  @Test func nothingCountedIsNothingKnown() {
    let figures = LatencyHistograms().figures
    #expect(figures == RunLatency())
    #expect(figures.shownPercentile99 == nil && figures.cleanedMedian == nil)
  }

  @Test func percentilesAreThoseOfWhatWasCounted() throws {
    let histograms = LatencyHistograms()
    // 1 ms to 1000 ms, in an order that says nothing.
    for value in 1...1000 {
      let milliseconds = 1 + value * 389 % 1000
      histograms.noteShown([start], at: start + .milliseconds(milliseconds))
    }
    let figures = histograms.figures
    #expect(figures.shownFrames == 1000)
    for (found, expected) in [
      (figures.shownMedian, 500.0), (figures.shownPercentile90, 900),
      (figures.shownPercentile99, 990), (figures.shownLongest, 1000),
    ] {
      #expect(abs(try #require(found) - expected) <= 0.011 * expected, "\(expected)")
    }
    #expect(figures.cleanedFrames == 0)
  }

  /// A pause of ten minutes is forgotten within the next two, and lateness shows within one.
  @Test func theRecentFigureForgetsAndNotices() throws {
    let histograms = LatencyHistograms()
    func show(_ count: Int, late milliseconds: Int, after seconds: Int) {
      let now = start + .seconds(seconds)
      for _ in 0..<count { histograms.noteShown([now - .milliseconds(milliseconds)], at: now) }
    }
    #expect(histograms.recentPercentile99(at: start) == nil)
    show(1000, late: 600_000, after: 1)
    #expect(try #require(histograms.recentPercentile99(at: start + .seconds(2))) > 500_000)
    for second in stride(from: 2, through: 100, by: 1) { show(100, late: 20, after: second) }
    let calm = try #require(histograms.recentPercentile99(at: start + .seconds(100)))
    #expect(abs(calm - 20) < 1)
    #expect(try #require(histograms.figures.shownPercentile99) > 500_000)
    for second in 101...110 { show(100, late: 3000, after: second) }
    #expect(try #require(histograms.recentPercentile99(at: start + .seconds(111))) > 2900)
    // Nothing for a whole minute is nothing known.
    #expect(histograms.recentPercentile99(at: start + .seconds(300)) == nil)
  }

  @Test func whatIsOutOfBoundsCountsAsTheBound() throws {
    let histograms = LatencyHistograms()
    histograms.noteCleaned(start, at: start - .seconds(1))
    histograms.noteCleaned(start, at: start + .seconds(100_000))
    let figures = histograms.figures
    #expect(figures.cleanedFrames == 2)
    #expect(figures.cleanedMedian == 0)
    #expect(abs(try #require(figures.cleanedLongest) - 3.6e6) < 0.02 * 3.6e6)
  }

  @Test func figuresMayBeOldButNotVery() {
    let histograms = LatencyHistograms()
    #expect(histograms.recentFigures.cleanedFrames == 0)
    histograms.noteCleaned(start)
    Thread.sleep(forTimeInterval: 0.45)
    #expect(histograms.recentFigures.cleanedFrames == 1)
  }

  /// A frame comes every 7 ms; what counting takes of that must not be seen.
  @Test func countingCostsNextToNothing() {
    let histograms = LatencyHistograms()
    let count = 100_000
    let spent = ContinuousClock().measure {
      for i in 0..<count { histograms.noteCleaned(start, at: start + .microseconds(i)) }
    }
    let each = spent / .microseconds(1) / Double(count)
    #expect(each < 5, "\(each) µs")
    #expect(histograms.figures.cleanedFrames == count)
  }

  @Test func manyThreadsLoseNothing() {
    let histograms = LatencyHistograms()
    let start = start
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for i in 0..<10_000 {
        histograms.noteShown([start], at: start + .microseconds(i))
        if i.isMultiple(of: 1000) { _ = histograms.figures }
      }
    }
    #expect(histograms.figures.shownFrames == 40_000)
  }
}
