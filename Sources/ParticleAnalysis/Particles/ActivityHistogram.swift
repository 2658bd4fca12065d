// SPDX-License-Identifier: BSD-3-Clause

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

    /// Its middle.
    public var center: Double { 0.5 * (lower + upper) }
  }

  /// The bins from 0 to the highest that holds a particle.
  public private(set) var bins: [Bin] = []
  /// The particles whose quantity is not known; they are in no bin.
  public private(set) var unknown: ActivityCount

  /// The bins that hold a particle.
  public var filledBins: [Bin] { bins.filter { $0.count.all > 0 } }

  /// Counts values.
  ///
  /// - Parameters:
  ///   - values: The quantity of each particle, 0 and above; one that is not finite is not known. What is
  ///     below 0 counts in the first bin, what is beyond the ten thousandth in that.
  ///   - isActive: Whether each of the particles is active.
  ///   - width: The width of a bin; the first begins at 0.
  public init(of values: [Double], isActive: [Bool], width: Double) {
    precondition(values.count == isActive.count, "values and activities differ in length")
    precondition(width > 0, "a bin has a width")
    func count(_ members: [Int]) -> ActivityCount {
      ActivityCount(active: members.count { isActive[$0] }, all: members.count)
    }
    let known = values.indices.filter { values[$0].isFinite }
    unknown = count(values.indices.filter { !values[$0].isFinite })
    let members = Dictionary(grouping: known) {
      Int(min(max(values[$0] / width, 0), Self.mostBins - 1))
    }
    guard let last = members.keys.max() else { return }
    bins = (0...last).map { place in
      let members = members[place] ?? []
      return Bin(
        lower: width * Double(place),
        upper: width * Double(place + 1),
        count: count(members),
        mean: members.reduce(0) { $0 + values[$1] } / Double(members.count)
      )
    }
  }

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
    self.init(
      of: particles.map(quantity),
      isActive: particles.map { $0.isActive(from: percent) },
      width: width
    )
  }

  private static let mostBins = 10_000.0
}
