// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// Colours for values, in equal steps to the eye.
///
/// Each map is a curve through Oklab, walked at constant speed, so that equal differences of the
/// value look equally large wherever they lie. Along the sequential maps lightness rises steadily,
/// and the cyclic map tells its halves by blue and orange: both stay readable to the colour-blind
/// and in grey print.
public struct ColorMap: Hashable, Sendable {
  /// The colours from the lowest value to the highest, at least two of them.
  public var colors: [RGBColor]
  /// The colour of a pixel without a value, none of the map's own.
  public var missing: RGBColor

  /// Makes a map from its colours.
  public init(colors: [RGBColor], missing: RGBColor) {
    precondition(colors.count > 1, "a map needs two colours")
    self.colors = colors
    self.missing = missing
  }

  /// The colour at a fraction of the way, 0 to 1; held at the ends, `missing` for NaN.
  public func color(at fraction: Double) -> RGBColor {
    guard !fraction.isNaN else { return missing }
    let place = min(max(fraction, 0), 1) * Double(colors.count - 1)
    return colors[Int(place.rounded())]
  }

  /// From dark violet through blue and green to yellow.
  public static let sequential = ColorMap(missing: RGBColor(gray: 0.82)) { t in
    PerceptualColor(
      lightness: 0.25 + 0.67 * t,
      // Just inside what a screen can show, all along, so that nothing has to be cut off.
      chroma: 0.115 - 0.11 * t + 0.165 * t * t,
      hueDegrees: 300 - 150 * t - 42 * t * t * t
    )
  }

  /// From black to white.
  public static let gray = ColorMap(missing: RGBColor(red: 0.62, green: 0.72, blue: 0.88)) { t in
    PerceptualColor(lightness: t, greenRed: 0, blueYellow: 0)
  }

  /// For angles: light at the middle, dark at both ends, blue below and orange above.
  public static let cyclic = ColorMap(missing: RGBColor(red: 0.55, green: 0.72, blue: 0.58)) { t in
    let angle = 2 * .pi * t
    return PerceptualColor(
      lightness: 0.57 - 0.37 * cos(angle),
      chroma: 0.125 * abs(sin(angle)),
      hueDegrees: t < 0.5 ? 253 : 52
    )
  }

  /// Walks a curve at constant speed.
  private init(missing: RGBColor, along curve: (Double) -> PerceptualColor) {
    let samples = (0...2048).map { curve(Double($0) / 2048) }
    var lengths = [0.0]
    for i in 1..<samples.count {
      lengths.append(lengths[i - 1] + samples[i].distance(to: samples[i - 1]))
    }
    let total = lengths[samples.count - 1]
    var sample = 0
    let colors = (0...255).map { step in
      let length = total * Double(step) / 255
      while sample < samples.count - 1, lengths[sample] < length { sample += 1 }
      return samples[sample].encoded
    }
    self.init(colors: colors, missing: missing)
  }
}
