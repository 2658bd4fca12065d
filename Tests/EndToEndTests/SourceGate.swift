// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Synchronization

/// Holds a simulated source between two scans, until somebody lets it go on.
///
/// Whoever asks something of a run, or follows it, does so while the source rests: however slow the
/// machine is, the run goes on then.
final class SourceGate: Sendable {
  private let holds: Mutex<[Int]>

  /// - Parameter scans: The numbers of scans after which the source rests.
  init(after scans: Int...) { holds = Mutex(scans.sorted()) }

  /// Lets the source go on to where it rests next.
  func open() { holds.withLock { if !$0.isEmpty { $0.removeFirst() } } }

  /// Waits until the source may go on.
  func pass(after scans: Int, isCancelled: () -> Bool) {
    while holds.withLock({ $0.first == scans }), !isCancelled() {
      Thread.sleep(forTimeInterval: 0.005)
    }
  }
}
