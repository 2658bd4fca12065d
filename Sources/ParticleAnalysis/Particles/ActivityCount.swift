// SPDX-License-Identifier: BSD-3-Clause

/// How many of some particles are active, with the errors of a binomial distribution.
public struct ActivityCount: Sendable, Hashable {
  /// The active ones.
  public var active: Int
  /// All.
  public var all: Int

  /// Makes a count.
  public init(active: Int, all: Int) {
    precondition((0...all).contains(active), "more are active than there are")
    self.active = active
    self.all = all
  }

  /// The part that is active; NaN where there are none.
  public var fraction: Double { all > 0 ? Double(active) / Double(all) : .nan }

  /// √(p (1 − p) / n), one standard deviation, as the paper has it; 0 where all or none are active.
  public var error: Double {
    let p = fraction
    return all > 0 ? (p * (1 - p) / Double(all)).squareRoot() : .nan
  }

  /// Wilson's interval of one standard deviation, which also holds for few particles.
  ///
  /// E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927), doi 10.1080/01621459.1927.10502953. Nil where
  /// there are no particles.
  public var interval: ClosedRange<Double>? {
    guard all > 0 else { return nil }
    let n = Double(all)
    let p = fraction
    let middle = (p + 0.5 / n) / (1 + 1 / n)
    let half = (p * (1 - p) / n + 0.25 / (n * n)).squareRoot() / (1 + 1 / n)
    return max(middle - half, 0)...min(middle + half, 1)
  }
}
