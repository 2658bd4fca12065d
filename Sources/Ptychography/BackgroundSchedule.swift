// SPDX-License-Identifier: BSD-3-Clause

/// When the background is retrieved, and when it starts anew.
///
/// Few frames do not determine a background, and one that they misled is forgotten slowly. It
/// starts anew when half as many frames again have joined, and once more when no more join. One that
/// another scan has found stays as it is until no more frames join, and does not start anew.
package struct BackgroundSchedule: Sendable {
  /// What an iteration does about the background.
  package enum Turn: Equatable {
    /// Nothing.
    case none
    /// Forgets it; the object follows before it is retrieved again.
    case restart
    /// Takes a step; the number counts from the start.
    case update(Int)
  }

  /// The iteration that the waiting began with.
  private var beginning = 0
  /// Frames that were there at the first update.
  private var frames: Int?
  /// Frames that there were in the iteration before.
  private var framesBefore = 0
  /// The iteration since which there are no more.
  private var lastJoined = 0

  /// Whether there is a background of another scan: it is kept while frames come, and then
  /// retrieved on from where it is.
  package var isKnown = false

  /// Begins before the first iteration.
  package init() {}

  /// What is to be done.
  ///
  /// - Parameters:
  ///   - iteration: Iterations run with enough frames.
  ///   - frames: How many there are.
  ///   - start: Iterations to wait.
  ///   - period: Iterations from one update to the next.
  ///   - batch: Iterations that are run after each batch of frames: so many without a new one do not say
  ///     that no more come.
  /// - Returns: It.
  package mutating func turn(
    iteration: Int,
    frames: Int,
    start: Int,
    period: Int,
    batch: Int = 0
  ) -> Turn {
    if frames != framesBefore { lastJoined = iteration }
    framesBefore = frames
    let isQuiet = iteration - lastJoined >= max(period, batch + 1)
    let waited = iteration - beginning - start
    guard waited >= 0, waited.isMultiple(of: period) else { return .none }
    if isKnown {
      if isQuiet { self.frames = frames }
      return isQuiet ? .update(waited / period) : .none
    }
    guard waited > 0, let known = self.frames else {
      self.frames = frames
      return .update(waited / period)
    }
    guard 2 * frames >= 3 * known || (frames > known && isQuiet) else {
      return .update(waited / period)
    }
    beginning = iteration
    self.frames = nil
    return .restart
  }

  /// Whether it has been updated since the start or restart, and so many frames bring no other restart.
  package func knowsAll(frames: Int) -> Bool { self.frames == frames }
}
