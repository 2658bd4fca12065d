// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// What each step of cleaning leaves of one raw frame.
public struct CleaningSteps: Sendable {
  /// The words without their control bits, [row, column] of the raw picture.
  public let raw: Image
  /// ADU above the mean dark, [row, column], 960 x 960 as seen looking downstream; NaN where
  /// saturated or lost.
  public let aboveDark: Image
  /// ADU above the level that the overscan shows, in the same way.
  public let aboveLevel: Image
  /// Photons as counted, in the same way.
  public let photons: Image
  /// The noise of a word by the darks' overscan, ADU RMS: the median channel of the upper half and
  /// of the lower half.
  public let noise: [Double]
  /// Darks of the frame's exposure time.
  public let darkCount: Int
  /// Pixels without a dark, or whose darks scatter too much.
  public let unmeasuredCount: Int
  /// ADU for a photon by the parameters.
  public let photonADU: Double

  /// How often each whole number of ADU occurs in `aboveLevel`.
  ///
  /// - Parameter range: ADU, the ends included.
  /// - Returns: Pixels, one entry for each ADU of the range.
  public func spectrum(_ range: ClosedRange<Int>) -> [Int] {
    Self.spectrum(aboveLevel.values, range)
  }

  /// Where the empty pixels lie, ADU, in the upper and in the lower half: what the correction of
  /// the level leaves.
  ///
  /// The mean of what lies within two thirds of a photon's ADU or three times the noise, whichever
  /// is less, about the most frequent value, taken until it stays.
  public var residualBias: [Double] {
    let side = FastCCDGeometry.pictureSide
    // The upper half of the chip is the right half of the picture.
    return [side / 2..<side, 0..<side / 2].enumerated().map { half, columns in
      var values: [Float] = []
      for row in 0..<side {
        for column in columns {
          let value = aboveLevel[row, column]
          if !value.isNaN { values.append(value) }
        }
      }
      let reach = max(min(3 * noise[half], photonADU * 2 / 3), 1)
      var center = 0.0
      for _ in 0..<20 {
        var (total, count) = (0.0, 0)
        for value in values where abs(Double(value) - center) <= reach {
          total += Double(value)
          count += 1
        }
        guard count > 0 else { return .nan }
        center = total / Double(count)
      }
      return center
    }
  }

  /// Where single photons stand out in the spectrum, ADU; nil where they do not.
  ///
  /// The centre of the spectrum about its highest point beyond the valley that follows the empty
  /// pixels, searched between 0.6 and 1.5 photons.
  public var photonPeak: Double? {
    let (low, high) = (Int(0.6 * photonADU), Int(1.5 * photonADU))
    guard low > 2, high > low + 4 else { return nil }
    let counts = spectrum(low - 1...high + 1)
    // Over three ADU, so that single entries do not decide.
    let smooth = zip(counts, zip(counts.dropFirst(), counts.dropFirst(2))).map { a, rest in
      a + rest.0 + rest.1
    }
    let end = min(Int(photonADU) - low, smooth.count - 1)
    guard let valley = (0...end).min(by: { smooth[$0] < smooth[$1] }),
      let top = (valley..<smooth.count).max(by: { smooth[$0] < smooth[$1] }),
      top > valley, top < smooth.count - 1,
      smooth[top] > 100, 10 * smooth[top] > 11 * smooth[valley]
    else { return nil }
    let reach = max(top - valley, 2)
    var (total, weight) = (0.0, 0.0)
    for i in max(top - reach, 0)...min(top + reach, smooth.count - 1) {
      total += Double(smooth[i]) * Double(low + i)
      weight += Double(smooth[i])
    }
    return total / weight
  }

  private static func spectrum(_ values: [Float], _ range: ClosedRange<Int>) -> [Int] {
    var counts = [Int](repeating: 0, count: range.count)
    let (low, high) = (Float(range.lowerBound) - 0.5, Float(range.upperBound) + 0.5)
    for value in values where value >= low && value < high { counts[Int(value - low)] += 1 }
    return counts
  }
}
