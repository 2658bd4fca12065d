// SPDX-License-Identifier: BSD-3-Clause

import Foundation
public import Imaging

/// Calls parts on threads of the system's choice.
public struct ConcurrentWork: WorkSharing {
  /// The groups that work is dealt to.
  public let parts: Int

  /// Makes work of so many groups.
  public init(parts: Int = 3) { self.parts = parts }

  /// Calls `body` with each number, on any thread and in any order.
  public func perform(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    DispatchQueue.concurrentPerform(iterations: count, execute: body)
  }
}
