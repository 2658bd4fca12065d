// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// How often each value was read in weakly lit pixels.
public struct PhotonHistogram: Sendable {
  /// The pixels that take part, as row · columns + column.
  public let pixels: [Int32]
  /// The width of a bin, ADU.
  public let binWidth: Double
  /// The lower end of the first bin, ADU.
  public let start: Double
  /// Values in each bin.
  public private(set) var counts: [Double]

  /// Chooses the pixels and starts with nothing.
  ///
  /// Pixels are weakly lit where a value over five times the noise came in 3 to 30 of a hundred
  /// readings of the 5 x 5 pixels around: most of those are single photons. By its own readings a
  /// pixel would be chosen for its noise.
  ///
  /// - Parameters:
  ///   - mean: Frames of the same kind, counted above `exceedanceThreshold(noise:)`.
  ///   - noise: The noise of a cleaned pixel, ADU RMS, as the darks show it.
  /// - Throws: `CalibrationError` where there are too few such pixels.
  public init(weaklyLitIn mean: MeanPicture, noise: Double) throws(CalibrationError) {
    let parts = mean.exceedancePart(reach: 2)
    let (exceedances, frames) = (mean.exceedances, mean.counts)
    pixels = parts.indices.compactMap { i in
      // A pixel that shines by itself is no weakly lit one.
      let isHot = exceedances[i] > 0.8 * frames[i]
      return Self.weak.contains(parts[i]) && frames[i] >= 8 && !isHot ? Int32(i) : nil
    }
    guard pixels.count >= 200 else {
      throw CalibrationError(
        "only \(pixels.count) pixels are lit by single photons (a value over five times the noise "
          + "of \((noise * 10).rounded() / 10) ADU in 3 to 30 % of \(mean.frameCount) frames); "
          + "take more frames (20 or more), or weaker or stronger light. A photon that makes less "
          + "than three times the noise cannot be resolved at all"
      )
    }
    binWidth = noise / 5
    start = -6 * noise
    counts = [Double](repeating: 0, count: 400)
  }

  /// Above this a value is more than noise.
  public static func exceedanceThreshold(noise: Double) -> Double { 5 * noise }

  /// The part of the frames in which a weakly lit pixel sees a photon.
  private static let weak: ClosedRange<Double> = 0.03...0.3

  /// Adds a cleaned picture, [row, column], ADU.
  public mutating func add(_ picture: Image) {
    let values = picture.values.span
    let scale = Float(1 / binWidth)
    let start = Float(start)
    for pixel in pixels {
      let value = values[Int(pixel)]
      guard value.isFinite else { continue }
      let bin = ((value - start) * scale).rounded(.down)
      if bin >= 0, bin < Float(counts.count) { counts[Int(bin)] += 1 }
    }
  }

  /// The middle of a bin, ADU.
  public func middle(of bin: Int) -> Double { start + (Double(bin) + 0.5) * binWidth }

  /// The number of values.
  public var total: Double { counts.reduce(0, +) }

  /// The value below which a part of all values lies, ADU.
  func quantile(_ part: Double) -> Double {
    var left = part * total
    for (bin, count) in counts.enumerated() {
      left -= count
      if left <= 0 { return middle(of: bin) }
    }
    return middle(of: counts.count - 1)
  }
}
