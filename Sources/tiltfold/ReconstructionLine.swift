// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LivePipeline

/// A reconstruction's progress as one line, not more often than somebody can read it.
struct ReconstructionLine {
  private let pause: Duration
  private var last: ContinuousClock.Instant?
  private var stageBegan: ContinuousClock.Instant?
  private var stage = ""
  /// Iterations that were done before the stage's first.
  private var before = 0

  init(isInteractive: Bool) {
    // On a terminal the line keeps itself current; in a log one every ten seconds is enough.
    pause = isInteractive ? .milliseconds(200) : .seconds(10)
  }

  /// The line for a step; nil where the last one is too recent.
  mutating func text(_ step: ScanReconstruction.Progress) -> String? {
    let now = ContinuousClock.now
    switch step {
    case .planning:
      return "planning transforms ..."
    case .searching(let tried, let curvature, let dataError):
      guard isDue("search", now, isLast: false) else { return nil }
      return "searching defocus | start \(tried) | curvature "
        + String(format: "%+.0f px2 | error %.3f", curvature, dataError)
    case .iterating(let iteration, let all, let overlapError, let dataError):
      guard isDue("iterate", now, isLast: iteration == all, iteration) else { return nil }
      var parts = [bar(iteration, all), "iteration \(iteration)/\(all)"]
      parts.append(String(format: "overlap error %.4f", overlapError))
      if dataError.isFinite { parts.append(String(format: "data error %.4f", dataError)) }
      return (parts + [timeLeft(iteration, all, now)]).joined(separator: " | ")
    case .comparingHalves(let iteration, let all):
      guard isDue("halves", now, isLast: iteration == all, iteration) else { return nil }
      return "\(bar(iteration, all)) | halves for the resolution | iteration \(iteration)/\(all) | "
        + timeLeft(iteration, all, now)
    case .remark(let remark):
      return remark
    }
  }

  private mutating func isDue(
    _ stage: String,
    _ now: ContinuousClock.Instant,
    isLast: Bool,
    _ iteration: Int = 1
  ) -> Bool {
    if stage != self.stage {
      self.stage = stage
      stageBegan = now
      before = iteration - 1
      last = nil
    }
    if !isLast, let last, now - last < pause { return false }
    last = now
    return true
  }

  /// "[######..............]".
  private func bar(_ done: Int, _ all: Int) -> String {
    let width = 20
    let filled = all > before ? width * max(0, min(done, all) - before) / (all - before) : width
    return "[\(String(repeating: "#", count: filled))"
      + "\(String(repeating: ".", count: width - filled))]"
  }

  private func timeLeft(_ done: Int, _ all: Int, _ now: ContinuousClock.Instant) -> String {
    let spent = (stageBegan ?? now).duration(to: now) / .seconds(1)
    return
      "\(ProgressLine.duration(spent / Double(max(done - before, 1)) * Double(all - done))) left"
  }
}
