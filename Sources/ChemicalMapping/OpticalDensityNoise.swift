// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The noise in one voxel's (or pixel's) optical density.
public struct OpticalDensityNoise: Sendable, Hashable {
  /// The standard deviation at the first energy; NaN where too few voxels say it.
  public var first: Double
  /// The standard deviation at the second energy; NaN where too few voxels say it.
  public var second: Double
  /// The standard deviation of what was subtracted from both, such as the pre-edge: 0 where nothing was,
  /// NaN where too few voxels say it.
  public var common: Double
  /// ℓ, voxels: noise r voxels apart correlates as exp(−r² / 2 ℓ²); 0 where neighbours share none.
  public var correlationLength: Double

  /// Makes a record.
  public init(
    first: Double,
    second: Double,
    common: Double = 0,
    correlationLength: Double = 0
  ) {
    self.first = first
    self.second = second
    self.common = common
    self.correlationLength = correlationLength
  }

  /// Whether all of it is known.
  public var isKnown: Bool { first.isFinite && second.isFinite && common.isFinite }

  /// How many neighbours share their noise.
  ///
  /// A sum over n voxels scatters as one over n / `correlatedCount` independent ones, each counted so
  /// many times.
  ///
  /// - Parameter dimensions: 3 for a volume, 2 for an image.
  /// - Returns: The number, 1 where each voxel has its own.
  public func correlatedCount(dimensions: Int) -> Double {
    guard correlationLength > 0 else { return 1 }
    let reach = Int(6 * correlationLength) + 1
    let line = (-reach...reach).reduce(0.0) { sum, place in
      let r = Double(place) / correlationLength
      return sum + exponential(-r * r / 2)
    }
    return (0..<dimensions).reduce(1) { product, _ in product * line }
  }
}

/// How rough a volume or image is, and what noise with neighbours that share it would make it so.
public struct NoiseEstimate: Sendable, Hashable {
  /// The standard deviation of a voxel; NaN where too few voxels say it.
  public var deviation: Double
  /// ℓ, voxels, as in `OpticalDensityNoise`.
  public var correlationLength: Double

  /// Estimates the noise from second differences along the fastest axis.
  ///
  /// v[i−k] − 2 v[i] + v[i+k] removes every linear trend; the median of its absolute value, over
  /// 0.6745, ignores the few that lie across an edge. For noise that correlates as ρ(r) =
  /// exp(−r² / 2 ℓ²) its variance is σ² (6 − 8 ρ(k) + 2 ρ(2k)): the steps k = 1 and 3 give σ and ℓ.
  /// Structure as fine as that counts as noise, which errs on the safe side. Where fewer than 16 voxels
  /// take part the deviation is not known, NaN, and nothing is said of neighbours, 0.
  ///
  /// - Parameters:
  ///   - values: The voxels, fastest axis last.
  ///   - rowLength: The extent of the fastest axis.
  ///   - isCounted: Whether the voxel at an index takes part.
  public init(of values: Span<Float>, rowLength: Int, where isCounted: (Int) -> Bool) {
    let near = Self.roughness(values, rowLength, step: 1, isCounted)
    let far = Self.roughness(values, rowLength, step: 3, isCounted)
    guard let near else {
      (deviation, correlationLength) = (.nan, 0)
      return
    }
    guard let far, near > 0, far > near else {
      (deviation, correlationLength) = (max(near, far ?? 0), 0)
      return
    }
    let wanted = (near / far) * (near / far)
    // u = ρ(1), between noise of its own in every voxel and noise smoother than can be told.
    var (low, high) = (0.0, 0.96)
    for _ in 0..<50 {
      let u = (low + high) / 2
      if Self.part(u) / Self.part(Self.power9(u)) > wanted { low = u } else { high = u }
    }
    let u = (low + high) / 2
    deviation = far / Self.part(Self.power9(u)).squareRoot()
    correlationLength = u > 1e-4 ? 1 / (-2 * naturalLogarithm(u)).squareRoot() : 0
  }

  /// The variance of a second difference over that of independent noise, for neighbours' ρ = u.
  private static func part(_ u: Double) -> Double { 1 - 4 * u / 3 + u * u * u * u / 3 }

  private static func power9(_ u: Double) -> Double {
    let cube = u * u * u
    return cube * cube * cube
  }

  /// What the second differences of one step say σ is, if neighbours share nothing.
  private static func roughness(
    _ values: Span<Float>,
    _ rowLength: Int,
    step: Int,
    _ isCounted: (Int) -> Bool
  ) -> Double? {
    guard rowLength > 2 * step else { return nil }
    // A fixed share of the voxels is enough for a median and keeps sorting cheap.
    let stride = max(1, values.count / 200_000)
    var differences: [Float] = []
    for i in Swift.stride(from: step, to: values.count - step, by: stride) {
      let place = i % rowLength
      guard place >= step, place < rowLength - step, isCounted(i), isCounted(i - step),
        isCounted(i + step)
      else { continue }
      let difference = abs(values[i - step] - 2 * values[i] + values[i + step])
      if difference.isFinite { differences.append(difference) }
    }
    guard differences.count >= 16 else { return nil }
    differences.sort()
    return Double(differences[differences.count / 2]) / 0.674_49 / 6.0.squareRoot()
  }
}

extension OpticalDensityNoise {
  /// Estimates the noise of a pair of volumes or images.
  ///
  /// - Parameters:
  ///   - first: Optical density at the first energy.
  ///   - second: Optical density at the second energy.
  ///   - rowLength: The extent of the fastest axis.
  ///   - isCounted: Whether the voxel at an index takes part.
  public init(
    of first: Span<Float>,
    and second: Span<Float>,
    rowLength: Int,
    where isCounted: (Int) -> Bool
  ) {
    let a = NoiseEstimate(of: first, rowLength: rowLength, where: isCounted)
    let b = NoiseEstimate(of: second, rowLength: rowLength, where: isCounted)
    self.init(
      first: a.deviation,
      second: b.deviation,
      correlationLength: 0.5 * (a.correlationLength + b.correlationLength)
    )
  }
}
