// SPDX-License-Identifier: BSD-3-Clause

/// Threads that a reconstruction may spread its frames or slices over.
///
/// Frames or slices are dealt to as many groups as there are `parts`, so that a result may depend
/// on that number but never on which thread did what or when.
public protocol WorkSharing: Sendable {
  /// The groups that frames or slices are dealt to.
  var parts: Int { get }

  /// Calls `body` once with each number from 0 to `count` − 1, on any thread and in any order, and
  /// returns when all calls are through.
  func perform(_ count: Int, _ body: @escaping @Sendable (Int) -> Void)
}

/// Everything one after the other on the caller's thread.
public struct SerialWork: WorkSharing {
  /// The groups that frames or slices are dealt to.
  public let parts: Int

  /// Makes work of one group, or of several where a result is to be that of several threads.
  public init(parts: Int = 1) {
    precondition(parts > 0, "there must be a group")
    self.parts = parts
  }

  /// Calls `body` with each number in turn.
  public func perform(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    for number in 0..<count { body(number) }
  }
}
