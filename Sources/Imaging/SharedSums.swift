// SPDX-License-Identifier: BSD-3-Clause

import Synchronization

/// Sums over parts of an array, in a fixed order, so that no number of threads changes the result.
///
/// - Parameters:
///   - count: The number of elements.
///   - work: Threads that share the parts.
///   - part: Sums one range of elements.
///   - join: Adds a part's sum to that of the parts before it.
/// - Returns: The sum of all parts; nil where there are no elements.
public func sharedSum<Sum: Sendable>(
  over count: Int,
  sharing work: any WorkSharing,
  _ part: @escaping @Sendable (Range<Int>) -> Sum,
  join: (inout Sum, Sum) -> Void
) -> Sum? {
  let parts = min(count, 64)
  guard parts > 0 else { return nil }
  let sums = Mutex([Sum?](repeating: nil, count: parts))
  work.perform(parts) { number in
    let sum = part(number * count / parts..<(number + 1) * count / parts)
    sums.withLock { $0[number] = sum }
  }
  let done = sums.withLock { $0.compactMap { $0 } }
  guard var total = done.first else { return nil }
  for sum in done.dropFirst() { join(&total, sum) }
  return total
}
