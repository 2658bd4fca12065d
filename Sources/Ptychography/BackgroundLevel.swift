// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// How much of the mean pattern is background: the one thing that steps in single pixels do not find.
///
/// A background like the mean pattern and a fainter contrast of the object explain the patterns nearly
/// alike: to first order in the object's contrast they are the same. The object takes up a wrong
/// background within a few iterations, and what then is left of the misfit's slope is a thousandth
/// of what the pixels' own curvature would have it, or less. How the slope changes with the
/// background once the object has followed is therefore measured: the step is the secant's.
struct BackgroundLevel: Sendable {
  /// Steps are no larger than this part of the mean pattern.
  private static let bound = 0.02
  /// The first step, by which the change of the slope is measured.
  private static let trial = 0.01
  /// Smaller steps do not tell the change of the slope.
  private static let least = 0.002

  /// The latest step and the slope before it.
  private var latest: (step: Double, slope: Double)?
  /// The slope's change with the background, negative.
  private var change: Double?

  /// The step of the background along the mean pattern.
  ///
  /// - Parameters:
  ///   - sums: Over all frames.
  ///   - gradient: Minus the misfit's slope in each pixel.
  ///   - frames: How many there are.
  /// - Returns: What to add to b, in all pixels.
  mutating func step(
    _ sums: BackgroundRetrieval.Sums,
    _ gradient: [Float],
    frames: Int
  ) -> [Float] {
    let share = 1 / Float(max(frames, 1))
    var (product, curvature) = (0.0, 0.0)
    for i in gradient.indices {
      let mean = Double(share * sums.model[i])
      product += mean * Double(gradient[i])
      curvature += mean * mean * Double(sums.inverse[i]) / 2
    }
    guard curvature > 0, product.isFinite, curvature.isFinite else {
      return [Float](repeating: 0, count: gradient.count)
    }
    let slope = product / curvature
    learn(slope)
    let wanted = change.map { -slope / $0 } ?? (slope < 0 ? -Self.trial : Self.trial)
    let step = min(max(wanted, -Self.bound), Self.bound)
    latest = (step, slope)
    return sums.model.map { Float(step) * share * $0 }
  }

  /// Takes the change of the slope from the latest step.
  ///
  /// Where the slope has grown with the background, or fallen much faster than before, the object had not
  /// followed yet or the pixels' own steps were larger.
  private mutating func learn(_ slope: Double) {
    guard let latest, abs(latest.step) >= Self.least else { return }
    let found = (slope - latest.slope) / latest.step
    guard found < 0 else { return }
    if let change, found < 3 * change { return }
    change = found
  }
}
