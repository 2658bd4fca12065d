// SPDX-License-Identifier: BSD-3-Clause

/// Tells when an error has stopped falling.
///
/// The lowest error of the last `window` iterations is compared with the lowest of as many before
/// them. Lowest with lowest, because the error of RAAR goes up and down from one iteration to the
/// next by more than it falls near the end, so that two single iterations say nothing.
package struct Stagnation: Sendable {
  private let tolerance: Double
  private let window: Int
  /// The errors of the last two windows, the oldest first.
  private var errors: [Double] = []

  /// Makes a watch.
  ///
  /// - Parameters:
  ///   - tolerance: The part by which the error must fall from window to window; 0 never ends.
  ///   - window: Iterations.
  package init(tolerance: Double, window: Int) {
    self.tolerance = tolerance
    self.window = window
  }

  /// Whether anybody asks.
  package var isWatching: Bool { tolerance > 0 }

  /// Takes the error of one iteration; one that is no number is passed over.
  package mutating func note(_ error: Double) {
    guard isWatching, error.isFinite else { return }
    errors.append(error)
    if errors.count > 2 * window { errors.removeFirst() }
  }

  /// Forgets everything, for the errors of what is there now are others'.
  package mutating func restart() {
    errors.removeAll(keepingCapacity: true)
  }

  /// Whether the error has fallen by less than the tolerance.
  package var isReached: Bool {
    guard isWatching, errors.count == 2 * window, let before = errors[..<window].min(),
      let now = errors[window...].min()
    else { return false }
    return now > (1 - tolerance) * before
  }
}
