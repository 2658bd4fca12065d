// SPDX-License-Identifier: BSD-3-Clause

import HDF5Storage

/// Recorded messages that cannot be read back to be processed.
///
/// Every one is counted (`messages_unread`); each kind of failure is told once, after a moment, with
/// how many messages it had cost by then.
struct ReadBackFailures {
  private struct Kind {
    let example: StorageError
    let first: Int64
    var count = 0
    var isTold = false
  }

  /// By what could not be done.
  private var kinds: [String: Kind] = [:]

  /// Takes a failure.
  mutating func add(_ error: StorageError, at now: Int64) {
    let kind = Self.kind(error)
    kinds[kind, default: Kind(example: error, first: now)].count += 1
  }

  /// What is to be told now, if anything.
  mutating func due(at now: Int64) -> RunEvent? {
    tell { now - $0.first >= Self.patience || now < $0.first }
  }

  /// What is still to be told when the run ends.
  mutating func rest() -> RunEvent? { tell { _ in true } }

  private mutating func tell(_ isDue: (Kind) -> Bool) -> RunEvent? {
    let due = kinds.filter { !$0.value.isTold && isDue($0.value) }.sorted { $0.key < $1.key }
    guard !due.isEmpty else { return nil }
    for (key, _) in due { kinds[key]?.isTold = true }
    let words = due.map { _, kind in
      "\(kind.count) recorded message\(kind.count == 1 ? "" : "s") cannot be read back to be "
        + "processed: \(kind.example)"
    }
    return RunEvent(
      .error,
      words.joined(separator: "; ") + ". More of the kind are only counted (messages_unread). They "
        + "are in the recording: replay it when the disk is mended"
    )
  }

  /// What failed, without the numbers that are other ones each time.
  private static func kind(_ error: StorageError) -> String {
    (error.problem + " " + (error.path ?? "")).filter { !$0.isNumber }
  }

  private static let patience: Int64 = 1_000_000_000
}
