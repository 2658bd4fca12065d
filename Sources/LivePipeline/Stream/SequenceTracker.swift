// SPDX-License-Identifier: BSD-3-Clause

/// Follows the sequence numbers of a stream and knows which messages are missing.
struct SequenceTracker: Sendable {
  /// What a number says.
  enum Finding: Equatable, Sendable {
    /// It is the one that was due, or says nothing.
    case inOrder
    /// So many messages before it have not come.
    case gap(Int)
    /// It was missing and has come after all.
    case late
    /// It has come before.
    case duplicate
  }

  /// Messages that have not come.
  var missingCount: Int { missing.count + forgotten }

  private var next: Int?
  private var missing: Set<Int> = []
  /// Missing messages that are too many to be remembered one by one.
  private var forgotten = 0

  /// Takes the next number.
  ///
  /// - Parameters:
  ///   - number: The message's number; nil where the source does not count.
  ///   - mayRestart: Whether the source may have begun anew here: a start of a scan with a number
  ///     that is smaller than before.
  /// - Returns: What the number says.
  mutating func receive(_ number: Int?, mayRestart: Bool) -> Finding {
    guard let number else { return .inOrder }
    guard let due = next else {
      next = number + 1
      return .inOrder
    }
    if number == due {
      next = number + 1
      return .inOrder
    }
    if number > due {
      let count = number - due
      if missing.count + count <= Self.memory {
        missing.formUnion(due..<number)
      } else {
        forgotten += count
      }
      next = number + 1
      return .gap(count)
    }
    if missing.remove(number) != nil { return .late }
    if mayRestart, number < due - Self.reach || number == 0 {
      next = number + 1
      return .inOrder
    }
    return .duplicate
  }

  /// Missing numbers that are remembered one by one.
  private static let memory = 100_000
  /// A start that is this far behind comes from a source that has begun anew.
  private static let reach = 1000
}
