// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LivePipeline

/// The progress of a tomogram as one line, not more often than somebody can read it.
struct TomogramLine {
  private let pause: Duration
  private var last: ContinuousClock.Instant?
  private var stage = ""
  private var stageBegan: ContinuousClock.Instant?

  init(isInteractive: Bool) {
    // On a terminal the line keeps itself current; in a log one every ten seconds is enough.
    pause = isInteractive ? .milliseconds(200) : .seconds(10)
  }

  /// The line for a step; nil where the last one is too recent.
  mutating func text(_ step: TomogramReconstruction.Progress) -> String? {
    switch step {
    case .laying(let done, let all):
      return line("laying tilts onto one another", done, all, "tilt \(done)/\(all)")
    case .aligning(let round, let rounds, let part, let parts):
      let what = "round \(round + 1) of \(rounds) at most | part \(part)/\(parts)"
      return line("aligning all tilts jointly", round * parts + part, rounds * parts, what)
    case .moved(let round, let pixels, let confidence):
      return String(
        format: "joint round %d: correlation %.4f, tilts moved by %.3f pixels RMS",
        round + 1,
        confidence,
        pixels
      )
    case .sweeping(let energy, let energies, let sweep, let sweeps, let residual):
      let which = energies > 1 ? "energy \(energy + 1)/\(energies) | " : ""
      let what = "\(which)sweep \(sweep)/\(sweeps) | residual \(String(format: "%.4g", residual))"
      return line("reconstructing", energy * sweeps + sweep, energies * sweeps, what)
    }
  }

  private mutating func line(_ stage: String, _ done: Int, _ all: Int, _ what: String) -> String? {
    let now = ContinuousClock.now
    if stage != self.stage {
      self.stage = stage
      stageBegan = now
      last = nil
    }
    if done < all, let last, now - last < pause { return nil }
    last = now
    let parts = [stage, what]
    // The first step's own time is not known: it began before.
    guard done > 1, let began = stageBegan else { return parts.joined(separator: " | ") }
    let left = (now - began) / .seconds(1) / Double(done - 1) * Double(all - done)
    return (parts + ["\(ProgressLine.duration(left)) left"]).joined(separator: " | ")
  }
}
