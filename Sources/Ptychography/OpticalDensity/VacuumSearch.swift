// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Looks for vacuum among the moduli of the lit area: the uppermost peak of their histogram.
///
/// Nothing transmits more than vacuum, so its peak ends the histogram; what lies above is noise.
struct VacuumSearch {
  /// Bins of ln|T|, from −2 to 1.
  static let bins = 600
  static let lowest = -2.0
  static let width = 3.0 / Double(bins)
  /// Half-width of the smoothing, in bins: peaks nearer than 2 % are one.
  static let smoothing = 4
  /// A peak lower than this fraction of the highest one is noise.
  static let least = 0.2
  /// Vacuum must fill this part of the lit area to decide.
  static let leastFraction = 0.03
  /// Vacuum may differ from the probe's power by this factor at most.
  static let tolerance = 1.35

  private var histogram = [Double](repeating: 0, count: bins)
  private var total = 0.0

  /// Counts one pixel.
  mutating func add(modulus: Float, weight: Double) {
    guard modulus > 0, modulus.isFinite else { return }
    let place = (Double(naturalLogarithm(modulus)) - Self.lowest) / Self.width
    total += weight
    guard place >= 0, place < Double(Self.bins) else { return }
    histogram[Int(place)] += weight
  }

  /// The uppermost peak, nil where there is none that could be vacuum.
  func peak() -> (modulus: Double, fraction: Double)? {
    guard total > 0 else { return nil }
    let smooth = smoothed(smoothed(histogram))
    let floor = Self.least * (smooth.max() ?? 0)
    for bin in (1..<Self.bins - 1).reversed()
    where smooth[bin] > floor && smooth[bin] >= smooth[bin - 1] && smooth[bin] > smooth[bin + 1] {
      let center = Self.lowest + (vertex(smooth, bin) + 0.5) * Self.width
      let fraction = 2 * above(center) / total
      let modulus = exponential(center)
      guard fraction >= Self.leastFraction else { continue }
      guard modulus < Self.tolerance, modulus > 1 / Self.tolerance else { return nil }
      return (modulus, min(1, fraction))
    }
    return nil
  }

  /// The weight above a place: half the vacuum's peak, since nothing else lies there.
  private func above(_ center: Double) -> Double {
    let place = (center - Self.lowest) / Self.width
    let whole = Int(place)
    return histogram[(whole + 1)...].reduce(0, +)
      + histogram[whole] * (1 - (place - Double(whole)))
  }

  /// Where the parabola through three bins has its top.
  private func vertex(_ values: [Double], _ bin: Int) -> Double {
    let (left, middle, right) = (values[bin - 1], values[bin], values[bin + 1])
    let curvature = left - 2 * middle + right
    return Double(bin) + (curvature < 0 ? 0.5 * (left - right) / curvature : 0)
  }

  private func smoothed(_ values: [Double]) -> [Double] {
    values.indices.map { bin in
      let range = max(0, bin - Self.smoothing)...min(values.count - 1, bin + Self.smoothing)
      return values[range].reduce(0, +) / Double(range.count)
    }
  }
}
