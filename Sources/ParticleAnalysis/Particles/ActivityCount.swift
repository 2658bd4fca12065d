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

/// The activity of particles in bins of some quantity.
public struct ActivityHistogram: Sendable, Hashable {
  /// One bin.
  public struct Bin: Sendable, Hashable {
    /// Where it begins.
    public var lower: Double
    /// Where it ends; what lies there belongs to the next.
    public var upper: Double
    /// The particles in it.
    public var count: ActivityCount
    /// The mean of the quantity over these; NaN where there are none.
    public var mean: Double
  }

  /// The bins from the lowest to the highest that holds a particle.
  public private(set) var bins: [Bin] = []

  /// Counts particles.
  ///
  /// - Parameters:
  ///   - particles: The particles.
  ///   - width: The width of a bin; the first begins at 0.
  ///   - percent: The share of FePO₄ from which a particle counts as active.
  ///   - quantity: What the bins are of, 0 and above.
  public init(
    of particles: [Particle],
    width: Double,
    activePercent percent: Double,
    by quantity: (Particle) -> Double
  ) {
    precondition(width > 0, "a bin has a width")
    let values = particles.map(quantity)
    let places = values.map { $0.isFinite ? min(max(Int($0 / width), 0), 10_000) : 0 }
    guard let last = places.max() else { return }
    for place in 0...last {
      let members = places.indices.filter { places[$0] == place }
      let active = members.count { particles[$0].isActive(from: percent) }
      bins.append(
        Bin(
          lower: width * Double(place),
          upper: width * Double(place + 1),
          count: ActivityCount(active: active, all: members.count),
          mean: members.isEmpty
            ? .nan : members.reduce(0) { $0 + values[$1] } / Double(members.count)
        )
      )
    }
  }
}
