// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Synchronization

/// The measurement of one tomogram's resolution, done in slices while nothing else is to be done, or by turns.
///
/// It works on the tilts as they stood when its first slice began; folds meanwhile do not change it.
final class ResolutionMeasurement: Sendable {
  private struct Content {
    /// The halves of each energy that are not compared yet; nil before the first slice.
    var waiting: [HalfTomograms]?
    var done: [ShellCorrelation] = []
  }

  /// The tomogram.
  let session: TomogramSession
  /// When it was asked for.
  let since = ContinuousClock.now
  private let content = Mutex(Content())

  init(of session: TomogramSession) {
    self.session = session
  }

  /// Does a slice: one fold, or some milliseconds of a comparison.
  ///
  /// - Parameter work: Threads that share the slices.
  /// - Returns: The correlation of each energy when all is done; nil before.
  func advance(sharing work: any WorkSharing) -> [ShellCorrelation]? {
    content.withLock { content in
      guard content.waiting != nil else {
        content.waiting = session.content.withLock { $0.assembly.halves() }
        return nil
      }
      guard content.waiting?.isEmpty == false else { return content.done }
      if let correlation = content.waiting?[0].advance(sharing: work) {
        content.done.append(correlation)
        content.waiting?.removeFirst()
      }
      return nil
    }
  }
}
