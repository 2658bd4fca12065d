// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// Lays the profiles of slice masses along the axis on one another.
struct SliceProfiles {
  /// How far each tilt must be moved along the rows, [tilt], pixels; their mean is zero.
  private(set) var shifts: [Double]
  /// How far each profile differs from their mean, as if by displacements, mean square, [tilt],
  /// pixels².
  private(set) var scatters: [Double] = []

  /// Lays every profile on the mean of all, from the smallest tilt outwards, and again until it stands.
  init(_ masses: [SliceMasses], tilts: [TiltAngle], maximumShift: Double) {
    shifts = [Double](repeating: 0, count: masses.count)
    let order = tilts.indices.sorted {
      (abs(tilts[$0].degrees), tilts[$0].degrees, $0)
        < (abs(tilts[$1].degrees), tilts[$1].degrees, $1)
    }
    guard let nearest = order.first else { return }
    var mean = Mean(like: masses[nearest])
    mean.add(masses[nearest], movedBy: 0)
    for tilt in order.dropFirst() {
      shifts[tilt] = mean.shift(of: masses[tilt], near: 0, within: maximumShift)
      mean.add(masses[tilt], movedBy: shifts[tilt])
    }
    for _ in 0..<3 {
      var next = Mean(like: masses[nearest])
      for tilt in order { next.add(masses[tilt], movedBy: shifts[tilt]) }
      for tilt in order {
        shifts[tilt] = next.shift(of: masses[tilt], near: shifts[tilt].rounded(), within: 3)
      }
    }
    var last = Mean(like: masses[nearest])
    for tilt in order { last.add(masses[tilt], movedBy: shifts[tilt]) }
    scatters = tilts.indices.map { last.scatter(of: masses[$0], shifts[$0]) }
    let middle = shifts.reduce(0, +) / Double(shifts.count)
    shifts = shifts.map { $0 - middle }
  }

  /// The mean of profiles that lie on one another.
  private struct Mean {
    private var sums: [Double]
    private var counts: [Double]

    init(like masses: SliceMasses) {
      sums = [Double](repeating: 0, count: masses.masses.count)
      counts = sums
    }

    mutating func add(_ masses: SliceMasses, movedBy shift: Double) {
      for row in sums.indices {
        guard let value = masses.mass(at: Double(row) - shift) else { continue }
        sums[row] += value
        counts[row] += 1
      }
    }

    /// The shift within reach at which a profile correlates best, about the means over the overlap.
    func shift(of masses: SliceMasses, near middle: Double, within reach: Double) -> Double {
      let whole = Int(reach.rounded(.up))
      var best = (shift: middle, score: -Double.infinity)
      for step in -whole...whole {
        let shift = middle + Double(step)
        let score = correlation(with: masses, movedBy: shift)
        if score > best.score { best = (shift, score) }
      }
      guard best.score.isFinite else { return middle }
      // The top of the parabola through half a pixel to either side.
      let before = correlation(with: masses, movedBy: best.shift - 0.5)
      let behind = correlation(with: masses, movedBy: best.shift + 0.5)
      let bend = before - 2 * best.score + behind
      guard before.isFinite, behind.isFinite, bend < 0 else { return best.shift }
      return best.shift + min(max(0.25 * (before - behind) / bend, -0.5), 0.5)
    }

    /// Σ (profile − mean)² over Σ (slope of the mean)².
    func scatter(of masses: SliceMasses, _ shift: Double) -> Double {
      var (differences, slopes) = (0.0, 0.0)
      for row in 1..<max(1, sums.count - 1) {
        guard counts[row - 1] > 0, counts[row] > 0, counts[row + 1] > 0,
          let value = masses.mass(at: Double(row) - shift)
        else { continue }
        let mean = sums[row] / counts[row]
        let slope = (sums[row + 1] / counts[row + 1] - sums[row - 1] / counts[row - 1]) / 2
        differences += (value - mean) * (value - mean)
        slopes += slope * slope
      }
      return slopes > 0 ? differences / slopes : .infinity
    }

    private func correlation(with masses: SliceMasses, movedBy shift: Double) -> Double {
      var (n, a, b, aa, ab, bb) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
      for row in sums.indices where counts[row] > 0 {
        guard let value = masses.mass(at: Double(row) - shift) else { continue }
        let mean = sums[row] / counts[row]
        n += 1
        a += value
        b += mean
        aa += value * value
        ab += value * mean
        bb += mean * mean
      }
      guard n > Double(sums.count) / 3 else { return -.infinity }
      let (first, second) = (aa - a * a / n, bb - b * b / n)
      return first > 0 && second > 0 ? (ab - a * b / n) / (first * second).squareRoot() : -.infinity
    }
  }
}

extension SliceMasses {
  /// The mass at a place between two lit rows; nil elsewhere.
  func mass(at row: Double) -> Double? {
    interpolated(row) { masses[$0] }
  }

  /// The centre of mass at a place between two whole rows; nil elsewhere.
  func center(at row: Double) -> Double? {
    guard let index = index(row), isWhole[index], isWhole[index + 1] else { return nil }
    return interpolated(row) { centers[$0] }
  }

  private func interpolated(_ row: Double, _ value: (Int) -> Double) -> Double? {
    guard let index = index(row), isLit[index], isLit[index + 1] else { return nil }
    let part = row - Double(index)
    return (1 - part) * value(index) + part * value(index + 1)
  }

  private func index(_ row: Double) -> Int? {
    let index = Int(row.rounded(.down))
    return index >= 0 && index + 1 < masses.count ? index : nil
  }
}
